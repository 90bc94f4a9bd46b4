import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

// gzip (RFC 1952) in pieces. A piece ends at a byte and refers to no other, so that streams and answers can
// share it: each is compressed once for all clients, and an open stream needs no memory but its checksum.

/** What a gzip file begins with: no name, no time. */
export const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

const FINAL_EMPTY_BLOCK = Buffer.from([3, 0]);
const MOST_STORED = 0xff_ff;
const compress = promisify<Buffer, object, Buffer>(deflateRaw);

/** Compresses a piece, off the event loop. */
export async function deflatedPiece(plain: Buffer): Promise<Buffer> {
  return await compress(plain, { finishFlush: constants.Z_FULL_FLUSH });
}

/** A piece of at most 65,535 bytes as it is: for texts that are too short to compress. */
export function storedPiece(plain: Buffer): Buffer {
  if (plain.length > MOST_STORED) throw new RangeError(`expected at most ${MOST_STORED} bytes`);
  const header = Buffer.alloc(5);
  header.writeUInt16LE(plain.length, 1);
  header.writeUInt16LE(MOST_STORED - plain.length, 3);
  return Buffer.concat([header, plain]);
}

/** What a gzip file ends with, by the checksum and the length of all its plain bytes. */
export function gzipEnd(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([FINAL_EMPTY_BLOCK, trailer]);
}

/** The checksum and length of plain bytes so far. */
export class Tally {
  checksum = 0;
  length = 0;

  add(plain: Buffer): this {
    this.checksum = crc32(plain, this.checksum);
    this.length += plain.length;
    return this;
  }
}
