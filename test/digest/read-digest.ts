import { readFileSync } from 'node:fs';
import { DigestError } from '../../src/digest/digest-error.ts';
import type { DigestContents, DigestEntry, DigestForm, DigestProblem } from '../../src/digest/digest.ts';
import { openDigest } from '../../src/digest/open-digest.ts';

/** All items that reading a file yields. */
export interface ReadDigest {
  form: DigestForm | undefined;
  contents: DigestContents['sections'] | undefined;
  entries: DigestEntry[];
  problems: DigestProblem[];
}

/** Reads a whole digest from text or bytes, in chunks of `size` bytes. */
export async function readDigest(content: string | Uint8Array, size = Infinity): Promise<ReadDigest> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const opened = await openDigest(chunksOf(bytes, size));
  const read: ReadDigest = { form: opened?.form, contents: undefined, entries: [], problems: [] };
  for await (const item of opened?.items ?? []) {
    if (item.kind === 'entry') read.entries.push(item);
    else if (item.kind === 'problem') read.problems.push(item);
    else if (item.kind === 'contents') read.contents = item.sections;
    else read.entries = read.entries.map(asOneAuthor);
  }
  return read;
}

/** Undoes the splitting of an author line at `, `, as a file with bare commas requires. */
function asOneAuthor(entry: DigestEntry): DigestEntry {
  const { authorLine, ...statement } = entry.statement;
  return authorLine === undefined ? entry : { ...entry, statement: { ...statement, authors: [authorLine] } };
}

/** The bytes in chunks of `size` bytes. */
export async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, Math.min(at + size, bytes.length));
}

/** A small digest with one peculiarity. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/digests/${name}`, import.meta.url));
}

/** The error with which a file is refused; fails if it is not refused. */
export async function refusalOf(content: string | Uint8Array): Promise<DigestError> {
  try {
    await readDigest(content);
  } catch (error) {
    if (error instanceof DigestError) return error;
    throw error;
  }
  throw new Error('expected the file to be refused, it was read');
}
