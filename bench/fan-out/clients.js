// Clients of graphql-transport-ws in a process of their own: as little as that takes, so that the server is measured and
// not they. The parent sends {open: {port, count, payloads}}, {round: true} before an event, and {drop: true}.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

const AT_ONCE = 50;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const NEXT = '"type":"next"';

let sockets = [];
let round = { left: 0, first: 0, sample: '' };
const now = () => performance.timeOrigin + performance.now();

/** A frame of text. The mask is zero, which masks nothing; the protocol asks for one, not for a good one. */
function frame(text) {
  const payload = Buffer.from(text);
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Takes whole frames off the front of what has come; gives the rest. */
function takeFrames(bytes, take) {
  let rest = bytes;
  for (;;) {
    if (rest.length < 2) return rest;
    const short = rest[1] & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (rest.length < head) return rest;
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (rest.length < head + length) return rest;
    take(rest[0] & 0x0f, rest.subarray(head, head + length));
    rest = rest.subarray(head + length);
  }
}

/** Resolves when the first answer of its subscription has come. */
async function open(port, payload, index) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 8)}` });
  socket.setNoDelay(true);
  sockets.push(socket);
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
  );
  socket.write(frame('{"type":"connection_init"}'));
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('expected an open socket, got a closed one')));
    receive(socket, payload, resolve);
  });
}

function receive(socket, payload, subscribed) {
  let rest = Buffer.alloc(0);
  let shaken = false;
  let live = false;
  const take = (opcode, body) => {
    if (opcode === 9) socket.write(PONG);
    else if (opcode !== 1) return;
    else if (body.includes('"connection_ack"'))
      socket.write(frame(JSON.stringify({ id: '1', type: 'subscribe', payload })));
    else if (live) count(body);
    else if (body.includes(NEXT)) {
      live = true;
      subscribed();
    } else throw new Error(`expected a first batch, got ${body}`);
  };
  socket.on('data', (chunk) => {
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

function count(body) {
  // A checkpoint has no event.
  if (round.left === 0 || body.includes('"events":[]')) return;
  if (round.sample === '') {
    round.first = now();
    round.sample = body.toString();
  }
  round.left -= 1;
  if (round.left === 0) process.send({ first: round.first, last: now(), sample: round.sample });
}

async function openAll({ port, count: wanted, payloads }) {
  for (let from = 0; from < wanted; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, wanted - from) }, (_, index) => from + index);
    await Promise.all(some.map(async (index) => await open(port, payloads[index % payloads.length], index)));
  }
  process.send({ opened: sockets.length });
}

process.on('message', ({ open: opening, round: begins, drop }) => {
  if (opening) void openAll(opening);
  if (begins) round = { left: sockets.length, first: 0, sample: '' };
  if (drop) {
    for (const socket of sockets) socket.destroy();
    sockets = [];
  }
  if (begins || drop) process.send({ done: true });
});
