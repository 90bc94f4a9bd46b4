// Asks one server for answers over many connections, in a process of its own that does as little as possible, so that the server
// is measured and not this. The parent sends a `Load`; the answer is a `Served`.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Requests to send, each as soon as its connection has the answer to the one before. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** A file with the requests, a JSON array of the texts that go over the wire. They are sent in turn. */
  readonly requests: string;
  /** Index of the first one. Unless it repeats, the load ends early at the index `to`. */
  readonly from: number;
  readonly to: number;
  readonly repeat: boolean;
  /** How long to send. */
  readonly ms: number;
  /** The status that all answers must have. */
  readonly status: number;
}

/** What a load was answered. */
export interface Served {
  readonly answers: number;
  /** Bytes of all answers without their heads. */
  readonly bytes: number;
  readonly seconds: number;
  /** Index of the first request that was not sent. */
  readonly next: number;
  /** Why the load failed. */
  readonly error?: string;
}

/** Requests after which a connection is closed and made anew: Papergraph closes it after 1,000. */
const REQUESTS_PER_SOCKET = 900;

const files = new Map<string, Buffer[]>();

function requestsOf(file: string): Buffer[] {
  const known = files.get(file);
  if (known !== undefined) return known;
  // Those of the sides that are measured by turns are enough.
  if (files.size >= 8) files.clear();
  const read = (JSON.parse(readFileSync(file, 'utf8')) as string[]).map((text) => Buffer.from(text));
  files.set(file, read);
  return read;
}

async function run(load: Load): Promise<Served> {
  const { port, connections, requests: file, from, to, repeat, ms, status } = load;
  const requests = requestsOf(file);
  let [next, answers, bytes] = [from, 0, 0];
  const sockets = await Promise.all(Array.from({ length: connections }, async () => await open(port)));
  const started = performance.now();
  const until = started + ms;
  const ask = async (first: Socket, index: number): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      let socket = first;
      let left = REQUESTS_PER_SOCKET;
      const listen = (): void =>
        void socket.on('data', reader(`HTTP/1.1 ${status} `, take, reject)).on('close', reject);
      const reconnect = async (): Promise<void> => {
        socket.removeAllListeners('close').destroy();
        socket = await open(port);
        sockets[index] = socket;
        left = REQUESTS_PER_SOCKET;
        listen();
        send();
      };
      const send = (): void => {
        const at = repeat ? next % requests.length : next;
        const request = repeat || at < to ? requests[at] : undefined;
        if (request === undefined || performance.now() >= until) resolve();
        else {
          next += 1;
          socket.write(request);
        }
      };
      const take = (length: number): void => {
        answers += 1;
        bytes += length;
        left -= 1;
        if (left > 0) send();
        else reconnect().catch(reject);
      };
      listen();
      send();
    });
  };
  await Promise.all(sockets.map(ask));
  const seconds = (performance.now() - started) / 1_000;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  return { answers, bytes, seconds, next };
}

async function open(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** How an answer without errors begins. */
const DATA = '{"data":{';
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Takes the chunks of a socket; passes on the length of each answer's body. */
function reader(
  begin: string,
  take: (length: number) => void,
  fail: (error: Error) => void,
): (chunk: Buffer) => void {
  /** Bytes that the body still lacks; undefined while the head is read, and NaN if the body is in chunks. */
  let left: number | undefined;
  let length = 0;
  let head = '';
  const body = (part: Buffer): void => {
    if (length === 0 && part.length > 0 && !part.subarray(0, 24).includes(DATA))
      return fail(new Error(`expected data, got ${part.subarray(0, 1_000).toString()}`));
    length += part.length;
    if (left === undefined) return;
    if (
      Number.isNaN(left) ? part.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) : (left -= part.length) <= 0
    ) {
      const whole = length;
      [left, length, head] = [undefined, 0, ''];
      take(whole);
    }
  };
  return (chunk) => {
    if (left !== undefined) return body(chunk);
    const end = chunk.indexOf('\r\n\r\n');
    head += chunk.toString('latin1', 0, end < 0 ? chunk.length : end);
    if (end < 0) return;
    const rest = chunk.subarray(end + 4);
    if (!head.startsWith(begin)) return fail(new Error(`expected ${begin}, got ${head}\n${rest.toString()}`));
    const [, size] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    left = size === undefined ? (begin.includes(' 304 ') ? 0 : Number.NaN) : Number(size);
    body(rest);
  };
}

process.on('message', (load: Load) => {
  run(load).then(
    (served) => process.send?.(served),
    (error: unknown) =>
      process.send?.({ answers: 0, bytes: 0, seconds: 0, next: load.from, error: String(error) }),
  );
});
