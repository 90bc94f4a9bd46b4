import { isDay } from '../time/day.ts';
import type { DigestKey } from '../reads/lookups.ts';
import { parseNodeId, type NodeType } from '../reads/paging/node-id.ts';
import type { Reads } from '../reads/reads.ts';
import { builder } from './builder.ts';

/** Everything that has an id. */
export const Node = builder.interfaceRef<object>('Node').implement({
  description: `Ids are opaque and derive from natural keys (arXiv id, exact name, code, digest key): one thing has one id, in every
store and after every rebuild, and no id is ever reused. Unknown, malformed and wrongly typed ids give null, not an error.`,
  fields: (t) => ({ id: t.id({ description: 'The same in every store.', resolve: () => '' }) }),
});

/** What an id names, with its type's name; null where there is nothing. */
export async function loadNode(reads: Reads, id: string): Promise<object | null> {
  const { type, key } = parseNodeId(id) ?? { type: '', key: '' };
  if (!Object.hasOwn(LOADS, type)) return null;
  const row = await LOADS[type as NodeType](reads, key);
  return row === null ? null : { ...row, __typename: type };
}

const LOADS: Record<NodeType, (reads: Reads, key: string) => Promise<object | null>> = {
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

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The natural key of a digest's id. */
export function digestNodeKey({ source, date, language }: DigestKey): string {
  return JSON.stringify([source, date, language]);
}

/** What `digestNodeKey` made; undefined for any other text. */
export function parseDigestKey(key: string): DigestKey | undefined {
  const [source, date, language] = parseArray(key);
  if (typeof source !== 'string' || typeof date !== 'string' || !isDay(date)) return undefined;
  if (typeof language !== 'string' && language !== null) return undefined;
  const digest = { source, date, language };
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
