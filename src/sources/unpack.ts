import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from './digest-file.ts';

interface PackedFile {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The file for messages, as the user would write it. */
  readonly location: string;
  /** Limit in bytes for the unpacked data; unlimited by default. */
  readonly maxBytes?: number | undefined;
}

/** The first two bytes of gzip (RFC 1952, 2.3.1). No UTF-8 text starts with them. */
const MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Yields the bytes, unpacked if they are gzip. The bytes decide, because a name may lack `.gz`, and a server
 * may have unpacked a file whose name has it. Memory does not grow with the file. Rejects with SourceError if
 * the gzip is damaged, truncated, or larger than `maxBytes` when unpacked.
 */
export async function* unpack({
  chunks,
  location,
  maxBytes = Infinity,
}: PackedFile): AsyncGenerator<Uint8Array> {
  const { isGzip, all } = await peek(chunks);
  if (!isGzip) {
    yield* all;
    return;
  }
  let bytes = 0;
  for await (const chunk of gunzip(all, location)) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new SourceError(`${location}: expected gzip that unpacks to at most ${maxBytes} bytes, got more`);
    yield chunk;
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, location: string): AsyncGenerator<Uint8Array> {
  let cause: Error | undefined;
  let unpacked = 0;
  const source = Readable.from(chunks, { objectMode: false });
  source.once('error', (error: Error) => (cause = error));
  const gunzipped = pipeline(source, createGunzip(), () => {});
  try {
    for await (const chunk of gunzipped as AsyncIterable<Uint8Array>) {
      unpacked += chunk.length;
      yield chunk;
    }
  } catch (error) {
    // A read error is not a fault of the gzip.
    if (cause !== undefined) throw cause;
    throw new SourceError(
      `${location}: expected whole gzip, got a damaged or cut-off one: ${(error as Error).message}, ` +
        `after ${unpacked} bytes of text`,
      { cause: error },
    );
  }
}

/** Whether the bytes start like gzip; `all` yields every byte, those at the start included. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ isGzip: boolean; all: AsyncGenerator<Uint8Array> }> {
  const rest = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let start = Buffer.alloc(0);
  while (start.length < MAGIC.length) {
    const next = await rest.next();
    if (next.done === true) break;
    head.push(next.value);
    start = Buffer.concat([start, next.value.subarray(0, MAGIC.length)]);
  }
  return { isGzip: start.subarray(0, MAGIC.length).equals(MAGIC), all: prepend(head, rest) };
}

async function* prepend(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
