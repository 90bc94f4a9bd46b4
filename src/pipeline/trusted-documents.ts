import { createHash } from 'node:crypto';
import { GraphQLError, parse, type GraphQLSchema } from 'graphql';
import type { Limits } from '../limits/limits.ts';
import { shapeError } from './document-shape.ts';
import { validateDocument } from './input-places.ts';

/** The documents that an operator trusts, by their ids. */
export class TrustedDocuments {
  readonly #byId = new Map<string, string>();
  readonly #texts: ReadonlySet<string>;

  /** Each document is also known by its SHA-256, whatever its own id is. */
  constructor(documents: Iterable<readonly [id: string, text: string]> = []) {
    const all = [...documents];
    for (const [id, text] of all) this.#byId.set(canonicalId(id), text).set(sha256Id(text), text);
    this.#texts = new Set(all.map(([, text]) => text));
  }

  /** How many there are. */
  get size(): number {
    return this.#texts.size;
  }

  /** The text of the document with this id, in the form of `canonicalId`. */
  find(id: string): string | undefined {
    return this.#byId.get(id);
  }

  /** Whether a text is that of a trusted document, character by character. */
  has(text: string): boolean {
    return this.#texts.has(text);
  }
}

/** The id of a document by its text, as GraphQL over HTTP defines it: `sha256:` and 64 hexadecimal digits. */
export function sha256Id(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** An id in the form in which documents are found: a hash without its prefix, as Apollo sends it, gets it. */
export function canonicalId(id: string): string {
  return /^[\da-f]{64}$/.test(id) ? `sha256:${id}` : id;
}

/** Whether a text may be the id of a document. A colon ends a prefix; other ids are of the list's own making. */
export function isDocumentId(id: string): boolean {
  return /^[\w.~-]+(:[\w.~-]+)?$/.test(id) && id.length <= 200;
}

/** A list of trusted documents as it was read, with its faults: one line each. */
export interface ReadDocuments {
  readonly documents: TrustedDocuments;
  readonly faults: readonly string[];
}

/**
 * Reads a list of trusted documents: a JSON object of documents by id, as `papergraph operations`, codegen's
 * client preset and Relay's compiler write it, or the manifest of Apollo's tools. `faultsOf` finds the faults of
 * a document.
 */
export function readTrustedDocuments(
  json: string,
  faultsOf: (text: string) => readonly string[],
): ReadDocuments {
  const entries = entriesOf(json);
  if (typeof entries === 'string') return { documents: new TrustedDocuments(), faults: [entries] };
  const faults = entries.flatMap(([id, text]) => {
    if (!isDocumentId(id)) return [`"${id}": expected an id of letters, digits, "-", "_", "." and "~"`];
    if (typeof text !== 'string') return [`${id}: expected the text of a document`];
    const claimed = canonicalId(id);
    if (claimed.startsWith('sha256:') && claimed !== sha256Id(text))
      return [`${id}: the SHA-256 of its document is ${sha256Id(text).slice('sha256:'.length)}`];
    return faultsOf(text).map((fault) => `${id}: ${fault}`);
  });
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { documents: new TrustedDocuments(texts), faults };
}

/** The ids and documents of a list, or why there are none. */
function entriesOf(json: string): [id: string, text: unknown][] | string {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (error) {
    return `expected JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`;
  }
  if (!isObject(list)) return 'expected a JSON object with a document for each id';
  const { format, operations } = list;
  if (format !== 'apollo-persisted-query-manifest' || !Array.isArray(operations)) return Object.entries(list);
  return operations.map((each: unknown) => {
    const { id, body } = isObject(each) ? each : {};
    return [typeof id === 'string' ? id : '', body];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why a server with these limits would refuse a document: one line each, with line and column. */
export function documentFaults(
  text: string,
  { schema, limits }: { schema: GraphQLSchema; limits: Limits },
): readonly string[] {
  if (text.length > limits.maxDocumentCharacters)
    return [`expected at most ${limits.maxDocumentCharacters} characters, got ${text.length}`];
  try {
    const document = parse(text, { maxTokens: limits.maxTokens });
    const shape = shapeError(document, limits);
    return (shape === undefined ? validateDocument(schema, document) : [shape]).map(faultLine);
  } catch (error) {
    if (error instanceof GraphQLError) return [faultLine(error)];
    throw error;
  }
}

/** An error as a line: where, and what. */
export function faultLine({ message, locations }: GraphQLError): string {
  const [place] = locations ?? [];
  const text = message.replaceAll(/\s+/g, ' ');
  return place === undefined ? text : `${place.line}:${place.column}: ${text}`;
}
