import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';

/** Digits of a hash: enough to tell documents apart, and the beginning of a trusted document's id. */
const DIGITS = 16;

// As long as the pipeline's cache keeps the documents.
const hashes = new WeakMap<DocumentNode, string>();

/** Identifies a document in the log: the beginning of the SHA-256 of its text, in hexadecimal digits. */
export function documentHash(document: DocumentNode, text: string): string {
  const known = hashes.get(document);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
  hashes.set(document, hash);
  return hash;
}
