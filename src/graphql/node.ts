import { isDay } from '../time/day.ts';
import type { Maybe } from '../reads/cache/maybe.ts';
import type { DigestKey } from '../reads/lookups.ts';
import { parseNodeId, type NodeType } from '../reads/paging/node-id.ts';
import type { Reads } from '../reads/reads.ts';
import { builder } from './builder.ts';

/**
 * The interface of all objects with an id. Its own `id` is never resolved: each type derives its id from
 * its natural key (see reads/paging/node-id.ts), so no table of ids is needed and ids survive a rebuild of
 * the store.
 */
export const Node = builder.interfaceRef<object>('Node').implement({
  description: `An object with an id.

Ids are opaque and derived from natural keys: arXiv id, exact name, category code, digest key. An object has
the same id in every store and after every rebuild. Ids are never reused. (The ids of ingest runs are random.)
An unknown, malformed or wrongly typed id returns null, not an error.`,
  fields: (t) => ({
    id: t.id({ description: 'Opaque id for the query `node`, the same in every store.', resolve: () => '' }),
  }),
});

/**
 * Loads the object with this id and adds `__typename`, by which graphql-js resolves the interface. Null if
 * there is none.
 */
export async function loadNode(reads: Reads, id: string): Promise<object | null> {
  const { type, key } = parseNodeId(id) ?? { type: '', key: '' };
  if (!Object.hasOwn(LOADS, type)) return null;
  const row = await LOADS[type as NodeType](reads, key);
  return row === null ? null : { ...row, __typename: type };
}

// Each type is loaded by the key that its id contains; a digest's key has three parts, a run's is a UUID.
const LOADS: Record<NodeType, (reads: Reads, key: string) => Maybe<object | null>> = {
  Paper: (reads, key) => reads.paperByArxivId(key),
  Author: (reads, key) => reads.authorByName(key),
  Category: (reads, key) => reads.categoryByCode(key),
  Source: (reads, key) => reads.sourceByName(key),
  Digest: async (reads, key) => {
    const digest = parseDigestKey(key);
    return digest === undefined ? null : await reads.digestByKey(digest);
  },
  DigestEntry: (reads, key) => reads.entryByKey(key),
  Summary: (reads, key) => reads.summaryByKey(key),
  IngestRun: async (reads, key) => (UUID.test(key) ? await reads.ingestRunById(key) : null),
};

// Postgres raises an error for any other text that is compared with a uuid column.
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The natural key from which a digest's id is made. */
export function digestNodeKey({ source, date, language }: DigestKey): string {
  return JSON.stringify([source, date, language]);
}

/**
 * Parses a key made by `digestNodeKey`; undefined for any other text, including other spellings of the same
 * key.
 */
export function parseDigestKey(key: string): DigestKey | undefined {
  const [source, date, language] = parseArray(key);
  if (typeof source !== 'string' || typeof date !== 'string' || !isDay(date)) return undefined;
  if (typeof language !== 'string' && language !== null) return undefined;
  const digest = { source, date, language };
  // Only the exact text is accepted: one object has one id.
  return digestNodeKey(digest) === key ? digest : undefined;
}

function parseArray(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
