import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type pg from 'pg';
import type { DigestFile } from './digest-file.ts';
import type { PrivateAddresses } from './fetch-url.ts';
import { ingestFile } from './ingest-file.ts';
import { urlFile } from './url-file.ts';

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
  readonly pool: pg.Pool;
  /** Which URLs may lead to private addresses. */
  readonly allowPrivate: PrivateAddresses;
  readonly now: () => Date;
}

const MAX_BYTES = 16 * 2 ** 20;

/** Takes posted digests in, one after the other, and gives the id of the run, a UUID. Rejects where the database fails. */
export function postedDigests({
  pool,
  allowPrivate,
  now,
}: PostedOptions): (digest: PostedDigest) => Promise<string> {
  // One at a time changes the store anyway; those who wait must not hold the connections that answers need.
  const limit = pLimit(1);
  const fileOf = ({ document: { text, url }, fileName }: PostedDigest): DigestFile =>
    typeof url === 'string'
      ? urlFile(new URL(url), { allowPrivate, maxBytes: MAX_BYTES, now })
      : textFile(text ?? '', fileName ?? undefined, now);
  return async (digest) => {
    const runId = randomUUID();
    const { source, date, language, strict } = digest;
    await limit(
      async () =>
        await ingestFile(pool, fileOf(digest), {
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

function textFile(text: string, fileName: string | undefined, now: () => Date): DigestFile {
  const bytes = Buffer.from(text);
  return {
    origin: fileName ?? 'text',
    location: fileName ?? 'text',
    fileName,
    source: undefined,
    fallbackDate: async () => ({ date: now().toISOString().slice(0, 10), what: 'today (UTC)' }),
    size: bytes.length,
    once: false,
    open: () => chunk(bytes),
  };
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
