// What a reader that takes nothing does to a server and to others: node bench/slow-reader.js POSTGRES_URL [SECONDS]
// In an empty database, under load: one client pauses, one goes on. Prints a Markdown table of the server's memory, of when the
// paused one was closed, and of what either has got in the end, the paused one after it has come back with its last cursor.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { subscribe } from '../dist/client/subscribe.js';
import { openDatabase } from '../dist/database/connect.js';
import { ingestFile } from '../dist/ingest/ingest-file.js';

const [url, seconds = '60'] = process.argv.slice(2);
const PORT = 14_121;
const ADDRESS = `http://127.0.0.1:${PORT}/graphql`;
const PAPERS = 100;
const SUBSCRIPTIONS = 20;
const DOCUMENT = `subscription ($after: FeedCursor) {
  paperIngested(first: 100, after: $after) { cursor events { cursor paper { arxivId title abstract } } }
}`;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);

const database = await openDatabase({ url, dataDir: '' });
const server = fork(
  here('../bin/papergraph.js'),
  ['serve', '--port', String(PORT), '--database-url', url, '--log-level', 'warn'],
  { execArgv: ['--expose-gc', '--import', here('fan-out/report-memory.js')], stdio: 'ignore' },
);
while (!(await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined))?.ok) await sleep(100);

async function memory() {
  server.send('memory');
  return (await once(server, 'message'))[0];
}

/** Counts what comes until all has come. */
async function follow(after, got, all) {
  for await (const { paperIngested } of subscribe(ADDRESS, DOCUMENT, { after })) {
    for (const { paper } of paperIngested.events) got.push(paper.arxivId);
    if (all() !== undefined && got.length >= all()) return;
  }
}

/** Subscribes many times on one socket, and reads no more once the last one has begun. */
async function pauseEarly() {
  const socket = new WebSocket(ADDRESS.replace('http', 'ws'), 'graphql-transport-ws');
  // Of its first subscription; the code that it was closed with.
  const state = { got: [], cursor: undefined, closed: undefined };
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  let begun = 0;
  const all = new Promise((resolve) => {
    socket.on('message', (data) => {
      const { id, payload } = JSON.parse(data);
      if (id === '0') {
        state.cursor = payload.data.paperIngested.cursor;
        state.got.push(...payload.data.paperIngested.events.map(({ paper }) => paper.arxivId));
      }
      if ((begun += 1) === SUBSCRIPTIONS) resolve();
    });
  });
  for (let id = 0; id < SUBSCRIPTIONS; id += 1)
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: DOCUMENT } }));
  await all;
  socket.pause();
  return { socket, state };
}

let count = 0;
async function ingestSome() {
  const day = new Date(Date.UTC(2026, 0, 1 + count / PAPERS)).toISOString().slice(0, 10);
  const records = Array.from({ length: PAPERS }, () => {
    const id = `26${String(1 + Math.floor(count / 90_000)).padStart(2, '0')}.${String(10_000 + (count % 90_000))}`;
    count += 1;
    return {
      id,
      title: `Paper ${count}`,
      authors: ['Ada Lovelace'],
      categories: ['cs.DC'],
      abs: `https://arxiv.org/abs/${id}`,
      pdf: `https://arxiv.org/pdf/${id}`,
      summary: 'What a slow reader does to others. '.repeat(200),
    };
  });
  const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const fileName = `${day}.jsonl`;
  const file = { origin: fileName, location: fileName, fileName, source: 'bench', once: false };
  await ingestFile(database.pool, { ...file, size: bytes.length, open: () => Readable.from([bytes]) });
}

const steady = [];
let total;
const before = await memory();
const following = follow(undefined, steady, () => total);
const { socket, state } = await pauseEarly();
const started = Date.now();
const closed = once(socket, 'close').then(([code]) => (state.closed = code));
let peak = { rss: 0, heapUsed: 0, external: 0 };
let cutOff;
for (let files; Date.now() - started < Number(seconds) * 1_000;) {
  await ingestSome();
  const now = await memory();
  if (now.rss > peak.rss) peak = now;
  // A socket that is gone at the server has one file less.
  if (files !== undefined && now.files < files && cutOff === undefined) cutOff = Date.now() - started;
  files = Math.max(files ?? 0, now.files);
}
// Known before it comes, so that nobody waits for more.
total = count + PAPERS;
await ingestSome();
await following;
socket.resume();
await closed;
const resumed = [];
await follow(state.cursor, resumed, () => total - state.got.length);
const after = await memory();

const same = JSON.stringify([...state.got, ...resumed]) === JSON.stringify(steady);
const residents = [before, peak, after].map(({ rss }) => mib(rss)).join(', ');
console.log(`| ${seconds} s, ${total} events, ${SUBSCRIPTIONS} subscriptions on the paused socket | |`);
console.log('| --- | ---: |');
console.log(`| resident before, at most while paused, after all, MiB | ${residents} |`);
console.log(
  `| paused socket cut off after, s; code | ${cutOff && (cutOff / 1_000).toFixed(0)}; ${state.closed} |`,
);
console.log(`| the others have got | ${steady.length} of ${total} |`);
console.log(
  `| the paused one, then and come back | ${state.got.length} + ${resumed.length}, ${same ? 'the same' : 'others'} |`,
);
server.kill('SIGTERM');
await once(server, 'exit');
await database.close();
