import type { Pool } from '../database/store-pool.ts';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { dayOf } from '../time/day.ts';
import pLimit from 'p-limit';
import type { DigestFile } from '../sources/digest-file.ts';
import type { PrivateAddresses } from '../sources/fetch-url.ts';
import { ingestFile } from './ingest-file.ts';
import { urlFile } from '../sources/url-file.ts';

/** A digest that somebody posts. */
export interface PostedDigest {
  /** Exactly one of the two. */
  readonly document: { readonly text?: string | null | undefined; readonly url?: string | null | undefined };
  readonly source: string;
  readonly fileName?: string | null | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | null | undefined;
  /** BCP 47 */
  readonly language?: string | null | undefined;
  readonly strict: boolean;
}

interface PostedOptions {
  readonly pool: Pool;
  /** Which URLs may lead to private addresses. */
  readonly allowPrivate: PrivateAddresses;
  readonly now: () => Date;
}

/** Largest digest that is fetched from a posted URL, in bytes. */
export const MAX_BYTES = 16 * 2 ** 20;
/** Whoever posts waits for two minutes. */
const FETCH_MS = 60_000;
const FETCHES = 4;

/** Takes posted digests in, one after the other, and gives the id of the run, a UUID. Rejects where the database fails. */
export function postedDigests({
  pool,
  allowPrivate,
  now,
}: PostedOptions): (digest: PostedDigest) => Promise<string> {
  // One at a time changes the store anyway; those who wait must not hold the connections that answers need. Nor must those who
  // fetch: a slow host would keep all others waiting.
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

/** The file as it is now. What goes wrong is for who opens it: it belongs into the record of the run. */
async function loaded(file: DigestFile): Promise<DigestFile> {
  const bytes = buffer(file.open());
  await bytes.catch(() => {});
  return { ...file, open: () => chunk(bytes) };
}

function textFile(text: string, given: string | undefined, now: () => Date): DigestFile {
  const bytes = Buffer.from(text);
  // Folders of the caller's machine are nobody's business.
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
