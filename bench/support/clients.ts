// Clients of graphql-transport-ws in a process of their own. They do as little as possible, so that the server is measured
// and not they. The parent sends an `Order`.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const AT_ONCE = 50;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const NEXT = '"type":"next"';

/** A GraphQL request. */
export interface Payload {
  readonly query?: string;
  readonly variables?: object;
}

/** Opens `count` sockets whose subscriptions take the payloads in turn; or announces an event that all will receive. */
export type Order = { readonly open: Opening } | { readonly round: true };

interface Opening {
  readonly port: number;
  readonly count: number;
  readonly payloads: readonly Payload[];
}

/** Times at which the first and the last socket received an event, in milliseconds since 1970, and one of the messages. */
export interface Received {
  readonly first: number;
  readonly last: number;
  readonly sample: string;
}

const sockets: Socket[] = [];
let round = { left: 0, first: 0, sample: '' };
const now = (): number => performance.timeOrigin + performance.now();

/** A text frame. The protocol demands a mask, but any will do: zeros leave the text as it is. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Passes each whole frame to `take`; returns the bytes after the last one. */
function takeFrames(bytes: Buffer, take: (opcode: number, body: Buffer) => void): Buffer {
  let rest = bytes;
  for (;;) {
    if (rest.length < 2) return rest;
    const short = rest.readUInt8(1) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (rest.length < head) return rest;
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (rest.length < head + length) return rest;
    take(rest.readUInt8(0) & 0x0f, rest.subarray(head, head + length));
    rest = rest.subarray(head + length);
  }
}

/** Resolves when the subscription has received its first message. */
async function open(port: number, payload: Payload, index: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 8)}` });
  socket.setNoDelay(true);
  sockets.push(socket);
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
  );
  socket.write(frame('{"type":"connection_init"}'));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('expected an open socket, got a closed one')));
    receive(socket, payload, resolve);
  });
}

function receive(socket: Socket, payload: Payload, subscribed: () => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let shaken = false;
  let live = false;
  const take = (opcode: number, body: Buffer): void => {
    if (opcode === 9) socket.write(PONG);
    else if (opcode !== 1) return;
    else if (body.includes('"connection_ack"'))
      socket.write(frame(JSON.stringify({ id: '1', type: 'subscribe', payload })));
    else if (live) count(body);
    else if (body.includes(NEXT)) {
      live = true;
      subscribed();
    } else throw new Error(`expected a first batch, got ${body.toString()}`);
  };
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!shaken) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      shaken = true;
      rest = rest.subarray(end + 4);
    }
    rest = takeFrames(rest, take);
  });
}

function count(body: Buffer): void {
  // A checkpoint contains no event.
  if (round.left === 0 || body.includes('"events":[]')) return;
  if (round.sample === '') {
    round.first = now();
    round.sample = body.toString();
  }
  round.left -= 1;
  const { left, first, sample } = round;
  if (left === 0) process.send?.({ first, last: now(), sample } satisfies Received);
}

async function openAll({ port, count: wanted, payloads }: Opening): Promise<void> {
  for (let from = 0; from < wanted; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, wanted - from) }, (_, index) => from + index);
    await Promise.all(
      some.map(async (index) => await open(port, payloads[index % payloads.length] ?? {}, index)),
    );
  }
  process.send?.('opened');
}

process.on('message', (order: Order) => {
  if ('open' in order) void openAll(order.open);
  else {
    round = { left: sockets.length, first: 0, sample: '' };
    process.send?.('announced');
  }
});
