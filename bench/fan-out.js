// What the live feed costs: node bench/fan-out.js POSTGRES_URL [SOCKETS] [FILTERS] [ROUNDS]
// In an empty database: one event to 10,000 sockets with one operation, and with 1,000 distinct filters, beside a bare `ws`
// server that sends the same bytes; memory of an idle subscriber beside a bare socket; what 1,000 sockets leave behind.
// Server, clients and ingest are processes of their own. Prints Markdown tables; times in milliseconds, medians.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../dist/database/connect.js';
import { ingestFile } from '../dist/ingest/ingest-file.js';

const [url, sockets = '10000', filters = '1000', roundCount = '9'] = process.argv.slice(2);
const count = Number(sockets);
const PORT = 14_111;
const BARE_PORT = 14_112;
const FIELDS = {
  short: 'arxivId title',
  long: 'arxivId title abstract authors(first: 20) { nodes { name } } categories { code }',
};

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const now = () => performance.timeOrigin + performance.now();
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);

/** A process that answers messages in their order. */
function start(script, args, { preload = [], env = {} } = {}) {
  const execArgv = ['--expose-gc', ...preload.flatMap((file) => ['--import', here(file)])];
  const child = fork(here(script), args, { execArgv, env: { ...process.env, ...env }, stdio: 'inherit' });
  const heard = async () => (await once(child, 'message'))[0];
  const ask = async (message) => {
    const answer = heard();
    child.send(message);
    return await answer;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { child, heard, ask, stop };
}

async function startPapergraph() {
  const flags = ['serve', '--port', String(PORT), '--database-url', url, '--log-level', 'warn'];
  const limits = ['--max-sockets', '50000', '--max-sockets-per-address', '50000'];
  const server = start('../bin/papergraph.js', [...flags, ...limits], {
    preload: ['fan-out/report-memory.js'],
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined);
    if (ready?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function startBare() {
  const server = start('fan-out/bare-server.js', [String(BARE_PORT)], {
    preload: ['fan-out/report-memory.js'],
  });
  await server.heard();
  return server;
}

async function subscribers(port, payloads, wanted = count) {
  const clients = start('fan-out/clients.js', []);
  await clients.ask({ open: { port, count: wanted, payloads } });
  return clients;
}

let papers = 0;
/** Ingests a digest of one new paper; gives the times before and after. */
async function ingestOne(pool) {
  const id = `2601.${String((papers += 1)).padStart(5, '0')}`;
  const record = {
    id,
    title: `Fan-out of events, number ${papers}`,
    authors: ['Ada Lovelace', 'Alan Turing', '王伟'],
    categories: ['cs.DC', 'cs.DB'],
    abs: `https://arxiv.org/abs/${id}`,
    pdf: `https://arxiv.org/pdf/${id}`,
    summary: 'We study how one event reaches many who wait for it. '.repeat(24),
  };
  const day = new Date(Date.UTC(2026, 0, papers)).toISOString().slice(0, 10);
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  const fileName = `${day}_AI_enhanced_English.jsonl`;
  const file = { origin: fileName, location: fileName, fileName, source: 'bench', once: false };
  const before = now();
  const report = await ingestFile(pool, { ...file, size: bytes.length, open: () => Readable.from([bytes]) });
  if (report.status !== 'STORED') throw new Error(`expected a stored digest, got ${JSON.stringify(report)}`);
  return { before, committed: now() };
}

/** Both servers with their clients, by turns. */
async function compare(name, pool, payloads) {
  const clients = await subscribers(PORT, payloads);
  const bareClients = await subscribers(BARE_PORT, [{}]);
  const times = { ours: [], withIngest: [], firstToLast: [], bare: [], bareFirstToLast: [] };
  let bytes = 0;
  for (let round = 0; round < Number(roundCount); round += 1) {
    await clients.ask({ round: true });
    const received = clients.heard();
    const { before, committed } = await ingestOne(pool);
    const { first, last, sample } = await received;
    times.ours.push(last - committed);
    times.withIngest.push(last - before);
    times.firstToLast.push(last - first);
    bytes = Buffer.byteLength(sample);
    await bareClients.ask({ round: true });
    const bareReceived = bareClients.heard();
    const posted = now();
    await fetch(`http://127.0.0.1:${BARE_PORT}/`, { method: 'POST', body: sample });
    const bare = await bareReceived;
    times.bare.push(bare.last - posted);
    times.bareFirstToLast.push(bare.last - bare.first);
  }
  await Promise.all([clients.stop(), bareClients.stop()]);
  const figures = Object.fromEntries(Object.entries(times).map(([key, values]) => [key, median(values)]));
  const { ours, withIngest, firstToLast, bare, bareFirstToLast } = figures;
  const ratios = [ours / bare, firstToLast / bareFirstToLast].map((ratio) => ratio.toFixed(2));
  const cells = [ours, withIngest, firstToLast, bare, bareFirstToLast].map((value) => value.toFixed(0));
  console.log(`| ${[name, bytes, ...cells, ...ratios].join(' | ')} |`);
}

const operation = (fields) => `{ cursor events { kind paper { ${fields} } } }`;
const toAll = (fields) => [{ query: `subscription { paperIngested ${operation(fields)} }` }];

/** Searches that differ, and that the event matches all the same. */
function toEachItsOwn(fields) {
  const query = `subscription ($filter: PaperFilter) { paperIngested(filter: $filter) ${operation(fields)} }`;
  return Array.from({ length: Number(filters) }, (_, index) => {
    const forms = [
      { search: `fan OR word${index}` },
      { or: [{ categories: ['cs.DC'] }, { search: `"word${index} follows"` }] },
      { not: { search: `events word${index}` }, hasSummary: false },
      { authors: ['Ada Lovelace'], not: { search: `author:"Author ${index}"` } },
    ];
    return { query, variables: { filter: forms[index % forms.length] } };
  });
}

/** What `count` idle subscribers cost, in bytes each. */
async function idleMemory(server, port, payloads) {
  const before = await server.ask('memory');
  const clients = await subscribers(port, payloads);
  const after = await server.ask('memory');
  await clients.stop();
  const each = (key) => (after[key] - before[key]) / count / 1024;
  return { rss: each('rss'), heap: each('heapUsed') };
}

async function churn(server, pool) {
  const snapshot = async () => {
    const { rows } = await pool.query(
      'select count(*)::int as connections from pg_stat_activity where datname = current_database()',
    );
    return { ...(await server.ask('memory')), ...rows[0] };
  };
  const before = await snapshot();
  const clients = await subscribers(PORT, toAll(FIELDS.short), 1_000);
  const during = await snapshot();
  await clients.stop();
  for (;;) {
    const after = await snapshot();
    if (after.files <= before.files) return { before, during, after };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const database = await openDatabase({ url, dataDir: '' });
let papergraph = await startPapergraph();
let bare = await startBare();

console.log('| 1,000 sockets that come and go | files | handles | heap, MiB | connections to Postgres |');
console.log('| --- | ---: | ---: | ---: | ---: |');
await churn(papergraph, database.pool);
for (const [when, { files, handles, heapUsed, connections }] of Object.entries(
  await churn(papergraph, database.pool),
))
  console.log(`| ${[when, files, handles, mib(heapUsed), connections].join(' | ')} |`);

// Memory that earlier clients have left would be used before new memory is.
await Promise.all([papergraph.stop(), bare.stop()]);
[papergraph, bare] = [await startPapergraph(), await startBare()];
console.log(`\n| an idle subscriber of ${count}, kB | resident | heap |\n| --- | ---: | ---: |`);
const costs = {
  papergraph: await idleMemory(papergraph, PORT, toAll(FIELDS.short)),
  'bare ws': await idleMemory(bare, BARE_PORT, [{}]),
};
for (const [name, { rss, heap }] of Object.entries(costs))
  console.log(`| ${name} | ${rss.toFixed(1)} | ${heap.toFixed(1)} |`);

console.log(
  `\n| one event to ${count} sockets | bytes | last after COMMIT | after the ingest's start | first to last | bare ws: last | first to last | ratio | ratio, first to last |`,
);
console.log(`| --- |${' ---: |'.repeat(8)}`);
await compare('one operation, short', database.pool, toAll(FIELDS.short));
await compare('one operation, long', database.pool, toAll(FIELDS.long));
await compare(`${filters} filters, short`, database.pool, toEachItsOwn(FIELDS.short));
await compare(`${filters} filters, long`, database.pool, toEachItsOwn(FIELDS.long));

await Promise.all([papergraph.stop(), bare.stop()]);
await database.close();
