import type { Pool } from '../database/store-pool.ts';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { dayOf } from '../time/day.ts';
import pLimit from 'p-limit';
import type { PostedDigest } from '../digest/posted-digest.ts';
import type { DigestFile } from '../sources/digest-file.ts';
import type { PrivateAddresses } from '../sources/fetch-url.ts';
import { ingestFile } from './ingest-file.ts';
import { urlFile } from '../sources/url-file.ts';

interface PostedOptions {
  readonly pool: Pool;
  /** The requests for URLs that may go to private addresses. */
  readonly allowPrivate: PrivateAddresses;
  readonly now: () => Date;
}

/** Largest digest that is fetched from a posted URL, in bytes. */
export const MAX_BYTES = 16 * 2 ** 20;
/** A client waits for two minutes at most: fetching may take half of that. */
const FETCH_MS = 60_000;
const FETCHES = 4;

/**
 * Returns the function that ingests posted digests, one at a time. It returns the id of the run, a UUID, also
 * if the digest is refused; rejects if the database fails.
 */
export function postedDigests({
  pool,
  allowPrivate,
  now,
}: PostedOptions): (digest: PostedDigest) => Promise<string> {
  // The store lock lets one ingest run at a time anyway. Waiting here leaves the pool's connections to
  // queries. Fetching has a queue of its own, so that a slow host does not hold up the others.
  const storing = pLimit(1);
  const fetching = pLimit(FETCHES);
  const fileOf = async ({ document: { text, url }, fileName }: PostedDigest): Promise<DigestFile> => {
    if (typeof url !== 'string') return textFile(text ?? '', fileName ?? undefined, now);
    const file = urlFile(new URL(url), { allowPrivate, maxBytes: MAX_BYTES, totalMs: FETCH_MS, now });
    return await fetching(async () => await loaded(file));
  };
  return async (digest) => {
    const runId = randomUUID();
    const { source, date, language, strict } = digest;
    const file = await fileOf(digest);
    await storing(
      async () =>
        await ingestFile(pool, file, {
          source,
          strict,
          date: date ?? undefined,
          language: language ?? undefined,
          runId,
          now,
        }),
    );
    return runId;
  };
}

/** Reads the file into memory. A failure is kept for the ingest, which records it as a problem of the run. */
async function loaded(file: DigestFile): Promise<DigestFile> {
  const bytes = buffer(file.open());
  await bytes.catch(() => {});
  return { ...file, open: () => chunk(bytes) };
}

function textFile(text: string, given: string | undefined, now: () => Date): DigestFile {
  const bytes = Buffer.from(text);
  // Without folders: the paths of a client's machine must not be published.
  const fileName = given?.split(/[/\\]/).at(-1) || undefined;
  return {
    origin: fileName ?? 'text',
    location: fileName ?? 'text',
    fileName,
    source: undefined,
    fallbackDate: async () => ({ date: dayOf(now()), what: 'today (UTC)' }),
    size: bytes.length,
    once: false,
    open: () => chunk(bytes),
  };
}

async function* chunk(bytes: Uint8Array | Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes;
}
