import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 12;
const POSITION_BYTES = 8;

/**
 * Encodes a position for clients, signed with the feed's epoch. As the epoch never leaves the store, a cursor
 * is valid for one epoch of one store, and clients cannot forge one.
 */
export function encodeFeedCursor(epoch: string, position: number): string {
  const bytes = Buffer.alloc(POSITION_BYTES);
  bytes.writeBigUInt64BE(BigInt(position));
  return Buffer.concat([bytes, sign(epoch, bytes)]).toString('base64url');
}

/** The position in a cursor; undefined if the text is not a cursor of this epoch. */
export function decodeFeedCursor(epoch: string, cursor: string): number | undefined {
  const all = Buffer.from(cursor, 'base64url');
  // Buffer.from skips characters that are not base64url; encoding again finds them, so that each position has
  // one spelling.
  if (all.length !== POSITION_BYTES + SIGNATURE_BYTES || all.toString('base64url') !== cursor)
    return undefined;
  const bytes = all.subarray(0, POSITION_BYTES);
  if (!timingSafeEqual(all.subarray(POSITION_BYTES), sign(epoch, bytes))) return undefined;
  return Number(bytes.readBigUInt64BE());
}

function sign(epoch: string, bytes: Buffer): Buffer {
  return createHmac('sha256', epoch).update(bytes).digest().subarray(0, SIGNATURE_BYTES);
}
