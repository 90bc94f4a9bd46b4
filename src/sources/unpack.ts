import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from './digest-file.ts';

/** What is to be unpacked. */
interface Packed {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The file, as the user would name it in a message. */
  readonly location: string;
  /** The most bytes that it may unpack to. No limit where absent. */
  readonly maxBytes?: number | undefined;
}

/** The first two bytes of gzip (RFC 1952); no text in UTF-8 starts with them. */
const MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Passes bytes on, unpacked where they are gzip: told by the bytes, as a name can lack `.gz` and a server can unpack what has
 * it. Memory does not grow with the file. Rejects with SourceError where the gzip is damaged or cut off, or holds more than
 * `maxBytes`.
 */
export async function* unpack({ chunks, location, maxBytes = Infinity }: Packed): AsyncGenerator<Uint8Array> {
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
    // What went wrong with reading is not the gzip's fault.
    if (cause !== undefined) throw cause;
    throw new SourceError(
      `${location}: expected whole gzip, got a damaged or cut-off one: ${(error as Error).message}, after ${unpacked} bytes of text`,
      { cause: error },
    );
  }
}

/** Tells whether the bytes start as gzip does, and gives all of them again. */
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
  return { isGzip: start.subarray(0, MAGIC.length).equals(MAGIC), all: resume(head, rest) };
}

async function* resume(
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
