// What a client that stops reading costs a server and other clients:
//
//   npm run bench -- slow-reader [SECONDS, 60] [POSTGRES_URL of an empty database]
//
// Under load: one client pauses, another one keeps reading. Prints the memory of the server, when the
// paused client was disconnected, and what both have received in the end, the paused one after it has resumed.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { subscribe } from '#papergraph/client/subscribe';
import { openDatabase, type Database } from '#papergraph/database/connect';
import { dayOf } from '#papergraph/time/day';
import { startServer, type Holding } from './support/child.ts';
import { ingestRecords, recordOf } from './support/ingest-records.ts';
import type { Benchmark, Section } from './support/benchmark.ts';
import { withEmbedded } from './support/embedded.ts';
import { mebibytes } from './support/statistics.ts';

const PORT = 14_121;
const ADDRESS = `http://127.0.0.1:${PORT}/graphql`;
const PAPERS = 100;
const SUBSCRIPTIONS = 20;
const DOCUMENT = `subscription ($after: FeedCursor) {
  paperIngested(first: 100, after: $after) { cursor events { cursor paper { arxivId title abstract } } }
}`;

interface Batch {
  readonly paperIngested: {
    readonly cursor: string;
    readonly events: readonly { readonly paper: { readonly arxivId: string } }[];
  };
}

/** The first subscription of the paused client. */
interface Paused {
  readonly received: string[];
  cursor: string | undefined;
}

/** See the top of this file. */
export const slowReader: Benchmark = {
  about: 'what a client that stops reading costs the server and other clients',
  run,
};

async function run([seconds = '60', url]: readonly string[]): Promise<Section> {
  const measureIn = async (given: string): Promise<Section> => await measure(given, seconds);
  return await (url === undefined ? withEmbedded(measureIn) : measureIn(url));
}

async function measure(url: string, seconds: string): Promise<Section> {
  await using database = await openDatabase({ url, dataDir: '' });
  const server = await startServer(url, PORT);
  const memory = async (): Promise<Holding> => await server.ask<Holding>('memory');
  const load = new Load(database.pool);
  const steady: string[] = [];
  let total: number | undefined;

  const before = await memory();
  const reading = receive(undefined, steady, () => total);
  const { socket, paused } = await pauseEarly();
  const closed = once(socket, 'close') as Promise<[number]>;
  const { peak, cutOffMs } = await watch(load, memory, Number(seconds) * 1_000);
  // Before the last ingest, so that no client waits for more.
  total = load.count + PAPERS;
  await load.ingest();
  await reading;
  socket.resume();
  // A pause that was too short for the server to disconnect it.
  socket.close();
  const [code] = await closed;
  const resumed: string[] = [];
  await receive(paused.cursor, resumed, () => load.count - paused.received.length);
  const after = await memory();

  const all = [...paused.received, ...resumed];
  const same = JSON.stringify(all) === JSON.stringify(steady) ? 'the same' : 'NOT the same';
  await server.stop();
  return {
    title: 'A client that stops reading',
    text: ['Events are ingested as fast as possible while one client pauses and another one reads.'],
    tables: [
      {
        head: [`${seconds} s, ${total} events, ${SUBSCRIPTIONS} subscriptions on the paused socket`, ''],
        rows: [
          [
            'resident before, at most during the pause, at the end, MiB',
            [before, peak, after].map(({ rss }) => mebibytes(rss)).join(', '),
          ],
          ['paused client disconnected after, s', ((cutOffMs ?? Number.NaN) / 1_000).toFixed(0)],
          ['close code', code],
          ['received by the other client', `${steady.length} of ${total}`],
          [
            'received by the paused one',
            `${paused.received.length} + ${resumed.length} after it resumed, ${same}`,
          ],
        ],
      },
    ],
    figures: {},
  };
}

/** Ingests for `ms` milliseconds. Returns the most memory seen, and when the server closed a socket. */
async function watch(
  load: Load,
  memory: () => Promise<Holding>,
  ms: number,
): Promise<{ peak: Holding; cutOffMs: number | undefined }> {
  const started = performance.now();
  let peak = await memory();
  let { files } = peak;
  let cutOffMs: number | undefined;
  while (performance.now() - started < ms) {
    await load.ingest();
    const current = await memory();
    if (current.rss > peak.rss) peak = current;
    // The server has one file descriptor less once it has closed a socket.
    if (current.files < files) cutOffMs ??= performance.now() - started;
    files = Math.max(files, current.files);
  }
  return { peak, cutOffMs };
}

/** Collects the ids of papers until there are as many as `all` says, once it says so. */
async function receive(
  after: string | undefined,
  received: string[],
  all: () => number | undefined,
): Promise<void> {
  for await (const { paperIngested } of subscribe<Batch>(ADDRESS, DOCUMENT, { after })) {
    for (const { paper } of paperIngested.events) received.push(paper.arxivId);
    if (received.length >= (all() ?? Infinity)) return;
  }
}

/** Subscribes many times on one socket, and stops reading once all have received their first batch. */
async function pauseEarly(): Promise<{ socket: WebSocket; paused: Paused }> {
  const socket = new WebSocket(ADDRESS.replace('http', 'ws'), 'graphql-transport-ws');
  const paused: Paused = { received: [], cursor: undefined };
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const begun = new Promise<void>((resolve) => {
    let messages = 0;
    socket.on('message', (data: Buffer) => {
      const { id, payload } = JSON.parse(data.toString()) as { id: string; payload: { data: Batch } };
      if (id === '0') {
        const { cursor, events } = payload.data.paperIngested;
        paused.cursor = cursor;
        paused.received.push(...events.map(({ paper }) => paper.arxivId));
      }
      messages += 1;
      if (messages === SUBSCRIPTIONS) resolve();
    });
  });
  for (let id = 0; id < SUBSCRIPTIONS; id += 1)
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: DOCUMENT } }));
  await begun;
  socket.pause();
  return { socket, paused };
}

/** Digests of new papers, one a day. */
class Load {
  /** Papers so far. */
  count = 0;
  readonly #pool: Database['pool'];

  constructor(pool: Database['pool']) {
    this.#pool = pool;
  }

  async ingest(): Promise<void> {
    const day = dayOf(new Date(Date.UTC(2026, 0, 1 + this.count / PAPERS)));
    const records = Array.from({ length: PAPERS }, () => this.#record());
    await ingestRecords(this.#pool, `${day}.jsonl`, records);
  }

  #record(): object {
    const month = String(1 + Math.floor(this.count / 90_000)).padStart(2, '0');
    const id = `26${month}.${10_000 + (this.count % 90_000)}`;
    this.count += 1;
    const summary = 'What a slow reader does to others. '.repeat(200);
    return recordOf(id, { title: `Paper ${this.count}`, authors: ['Ada Lovelace'], summary });
  }
}
