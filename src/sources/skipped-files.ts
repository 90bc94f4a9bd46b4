import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseFileName } from '../digest/file-name.ts';
import { openDigest } from '../digest/open-digest.ts';
import { unpack } from './unpack.ts';

/** Endings of files that may contain digests but are not read from folders. */
export const OTHER_ENDINGS: readonly string[] = ['json', 'ndjson', 'markdown', 'zip', 'zst', 'xz', 'bz2'];

/** How many files are opened at most. */
const MAX_OPENED = 1_000;
const NAMES_SHOWN = 3;

/**
 * Reports skipped files that look like digests: files without a date in their names that start with an entry,
 * and dated files with another ending. `show` returns a file's name as the user would write it.
 */
export async function describeSkipped(
  names: readonly string[],
  { show, note }: { show: (name: string) => string; note: (message: string) => void },
): Promise<void> {
  const other = new RegExp(`\\.(?:${OTHER_ENDINGS.join('|')})$`, 'i');
  const undated: string[] = [];
  const candidates = names.filter((name) => !other.test(name)).toSorted();
  for (const name of candidates.slice(0, MAX_OPENED))
    if (await startsWithEntry(name)) undated.push(show(name));
  const unread = names
    .filter((name) => other.test(name) && parseFileName(path.basename(name)).date !== undefined)
    .map(show);
  if (undated.length > 0)
    note(`skipped ${listed(undated, 'undated digest')}: ingest such a file by itself, with --date`);
  if (unread.length > 0)
    note(
      `skipped ${listed(unread, 'dated file')}: ` +
        'digests end in .md, .txt or .jsonl, or in one of these and .gz',
    );
}

/** Such as "4 dated files (a.json, b.json, c.json and 1 more)". */
function listed(names: readonly string[], what: string): string {
  const shown = names.toSorted().slice(0, NAMES_SHOWN).join(', ');
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.length} ${what}${names.length === 1 ? '' : 's'} (${shown}${more})`;
}

/** How much of a file is read. */
const HEAD_BYTES = 65_536;

/**
 * Whether a file contains an entry near its start. A heading is not enough: a README can start like a digest.
 */
async function startsWithEntry(name: string): Promise<boolean> {
  // Opening a named pipe would block until a program writes to it.
  const found = await stat(name).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  const chunks = unpack({ chunks: head(name), location: name });
  try {
    const opened = await openDigest(chunks);
    if (opened === undefined) return false;
    for await (const item of opened.items) if (item.kind === 'entry') return true;
    return false;
  } catch {
    // It is no digest, or cannot be read.
    return false;
  } finally {
    await chunks.return(undefined);
  }
}

async function* head(name: string): AsyncGenerator<Uint8Array> {
  const file = await open(name);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    yield buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
