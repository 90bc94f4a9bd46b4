import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { deflatedPiece, gzipEnd, GZIP_HEADER, storedPiece, Tally } from '../live/gzip-pieces.ts';

// The answers hold no secrets beside text that a stranger chooses, so their lengths reveal nothing (BREACH).

/** How a body is compressed. */
export type Compression = 'br' | 'gzip';
/** The encoding of a body (RFC 9110 §8.4.1). */
export type Encoding = Compression | 'identity';

/** The encodings that a client can have, best first. */
const ENCODINGS: readonly Compression[] = ['br', 'gzip'];

/**
 * The best of some encodings that an Accept-Encoding header allows (RFC 9110 §12.5.3): the one with the highest
 * weight, and of equal ones the first.
 */
export function encodingOf(header: string | undefined, from: readonly Compression[] = ENCODINGS): Encoding {
  if (header === undefined || header === '') return 'identity';
  const weights = new Map(header.toLowerCase().split(',').map(weightOf));
  let best: Encoding = 'identity';
  let most = 0;
  for (const encoding of from) {
    const weight = weights.get(encoding) ?? weights.get('*') ?? 0;
    if (weight > most) [best, most] = [encoding, weight];
  }
  return most >= (weights.get('identity') ?? 0) ? best : 'identity';
}

function weightOf(part: string): [name: string, weight: number] {
  const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
  const weight = parameters.find((each) => each.startsWith('q='))?.slice(2);
  return [name, weight === undefined ? 1 : Number(weight) || 0];
}

// At quality 5, brotli takes as long as gzip and saves another fifth. At its default, 11, it takes a minute for
// GraphiQL.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** Compresses a body, off the event loop. */
export async function compress(body: Buffer, encoding: Compression): Promise<Buffer> {
  return encoding === 'br'
    ? await promisify(brotliCompress)(body, BROTLI)
    : await promisify<Buffer, Buffer>(gzip)(body);
}

/** The compressed beginning of a body. A short end is added for each request, without compressing again. */
export interface OpenBody {
  readonly encoding: Compression;
  readonly bytes: Buffer;
  /** Of the plain beginning. */
  readonly checksum: number;
  readonly length: number;
}

/** Compresses the beginning of a body, off the event loop. */
export async function compressOpen(plain: Buffer, encoding: Compression): Promise<OpenBody> {
  if (encoding === 'br') {
    const flushed = { ...BROTLI, finishFlush: constants.BROTLI_OPERATION_FLUSH };
    return { encoding, bytes: await promisify(brotliCompress)(plain, flushed), checksum: 0, length: 0 };
  }
  const { checksum, length } = new Tally().add(plain);
  return { encoding, bytes: Buffer.concat([GZIP_HEADER, await deflatedPiece(plain)]), checksum, length };
}

/** The whole body with an end of 1 to 65,535 bytes. */
export function withEnd({ encoding, bytes, checksum, length }: OpenBody, end: Buffer): Buffer {
  if (encoding === 'br') return Buffer.concat([bytes, brotliHeader(end.length), end, BROTLI_END]);
  const tally = Object.assign(new Tally(), { checksum, length }).add(end);
  return Buffer.concat([bytes, storedPiece(end), gzipEnd(tally.checksum, tally.length)]);
}

/** The header of a meta-block that is not compressed (RFC 7932 §9.2): not the last, 4 nibbles of length - 1. */
function brotliHeader(length: number): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE(((length - 1) << 3) | (1 << 19), 0, 3);
  return header;
}

/** The last meta-block, which is empty. */
const BROTLI_END = Buffer.from([3]);
