import type { Payload } from './payload-stream.ts';

/** A WebSocket frame in one or more pieces. They may be shared: nothing may write to them. */
export type Frame = readonly Buffer[];

/** Up to this size in bytes, a copy costs less than sending a payload that is shared, in pieces. */
const COPIED_BYTES = 4_096;
const CLOSING_BRACE = Buffer.from('}');

/** The last frame made of a payload. Most subscribers have the same id: clients count their operations. */
const last = new WeakMap<Payload, { readonly id: string; readonly frame: Frame }>();

/**
 * The frame (RFC 6455, 5.2) with the message `next` of graphql-transport-ws. The payload is framed once for all
 * subscriptions with the same id. For any other id, a large payload is shared all the same.
 */
export function nextFrame(id: string, payload: Payload): Frame {
  const known = last.get(payload);
  if (known?.id === id) return known.frame;
  const { bytes } = payload;
  const start = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  const head = frameHead(start.length + bytes.length + CLOSING_BRACE.length);
  const pieces = [head, start, bytes, CLOSING_BRACE];
  const frame =
    bytes.length > COPIED_BYTES
      ? [Buffer.concat([head, start]), bytes, CLOSING_BRACE]
      : [Buffer.concat(pieces)];
  last.set(payload, { id, frame });
  return frame;
}

const FINAL_TEXT = 0x81;

/** The head of an unmasked frame that is a whole text message of this length in bytes. */
function frameHead(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length]);
  if (length < 2 ** 16) return Buffer.from([FINAL_TEXT, 126, length >> 8, length & 0xff]);
  const head = Buffer.alloc(10);
  head.writeUInt16BE((FINAL_TEXT << 8) | 127);
  head.writeUInt32BE(length, 6);
  return head;
}
