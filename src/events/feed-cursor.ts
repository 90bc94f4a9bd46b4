import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 12;
const POSITION_BYTES = 8;

/**
 * A position in the feed for clients: the position and a signature by the feed's epoch, a UUID that never leaves the store.
 * So a cursor is good for one epoch of one store, and none can be made up.
 */
export function encodeFeedCursor(epoch: string, position: number): string {
  const bytes = Buffer.alloc(POSITION_BYTES);
  bytes.writeBigUInt64BE(BigInt(position));
  return Buffer.concat([bytes, sign(epoch, bytes)]).toString('base64url');
}

/** The position that a cursor of this epoch holds; undefined for any other text. */
export function decodeFeedCursor(epoch: string, cursor: string): number | undefined {
  const all = Buffer.from(cursor, 'base64url');
  if (all.length !== POSITION_BYTES + SIGNATURE_BYTES || all.toString('base64url') !== cursor)
    return undefined;
  const bytes = all.subarray(0, POSITION_BYTES);
  if (!timingSafeEqual(all.subarray(POSITION_BYTES), sign(epoch, bytes))) return undefined;
  return Number(bytes.readBigUInt64BE());
}

function sign(epoch: string, bytes: Buffer): Buffer {
  return createHmac('sha256', epoch).update(bytes).digest().subarray(0, SIGNATURE_BYTES);
}
