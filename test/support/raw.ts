import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What came over a raw connection until it was closed, or until `until` was true of it. */
export interface Exchange {
  /** All bytes, one character each. */
  readonly received: string;
  readonly closed: boolean;
}

/** Sends bytes as they are, and reads the answer until the connection is closed or `until` is true of it. */
export async function exchange(
  url: string,
  bytes: string | Buffer,
  until?: (received: string) => boolean,
): Promise<Exchange> {
  const socket = open(url);
  let received = '';
  return await new Promise((resolve) => {
    const done = (closed: boolean): void => {
      socket.destroy();
      resolve({ received, closed });
    };
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (until?.(received) === true) done(false);
    });
    socket.on('close', () => done(true));
    socket.write(bytes);
  });
}

function open(url: string): Socket {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port) });
  // The server may cut the connection while we still send.
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** The statuses of all HTTP responses among these bytes. */
export function statusesOf({ received }: Exchange): number[] {
  return [...received.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
}

/** A handshake that asks for graphql-transport-ws. */
export const handshake = (url: string, headers = ''): string =>
  `GET /graphql HTTP/1.1\r\nHost: ${new URL(url).host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Protocol: graphql-transport-ws\r\n${headers}\r\n`;

/** What is unusual about a frame. */
export interface FrameOptions {
  /** 1 is text, 2 binary, 8 close, 9 ping; 0 continues a message. */
  readonly opcode?: number;
  /** Whether it is the last frame of its message. */
  readonly final?: boolean;
  readonly masked?: boolean;
  /** The three bits of extensions. */
  readonly reserved?: number;
  /** Length that it claims; by default its own. */
  readonly length?: number;
}

/** A frame of a WebSocket. */
export function frame(
  content: string | Buffer,
  { opcode = 1, final = true, masked = true, reserved = 0, length }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(content);
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const [short, extra] = lengthField(length ?? body.length);
  // Any mask will do: zeros leave the content as it is.
  const mask = Buffer.alloc(masked ? 4 : 0);
  return Buffer.concat([Buffer.from([first, (masked ? 0x80 : 0) | short]), extra, mask, body]);
}

/** A length of a frame: seven bits, and the bytes that follow them. */
function lengthField(length: number): [short: number, extra: Buffer] {
  if (length < 126) return [length, Buffer.alloc(0)];
  const extra = Buffer.alloc(length < 65_536 ? 2 : 8);
  if (extra.length === 2) extra.writeUInt16BE(length);
  else extra.writeBigUInt64BE(BigInt(length));
  return [extra.length === 2 ? 126 : 127, extra];
}

/** A close frame without a code. */
const NO_CODE = 1005;

/** The codes of the close frames among these bytes of a server. A frame that is not there as a whole is left out. */
export function closeCodesOf(received: string): number[] {
  const bytes = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
  const codes: number[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const end = at + head + length;
    if ((bytes.readUInt8(at) & 0x0f) === 8 && end <= bytes.length)
      codes.push(length < 2 ? NO_CODE : bytes.readUInt16BE(at + head));
    at = end;
  }
  return codes;
}
