// What the live feed costs:
//
//   npm run bench -- fan-out [--url POSTGRES_URL] [SOCKETS, 10000] [FILTERS, 1000] [ROUNDS, 9]
//
// In an empty database, by default of an embedded Postgres in a temporary folder: the time from COMMIT to the last of all sockets, with one operation and with distinct filters, beside a
// bare `ws` server that sends the same bytes; the memory of an idle subscriber beside that of a bare socket; what remains of 1,000
// sockets that have gone. Server, clients and ingest are separate processes. Times are
// medians in ms, CPU times those of the server process.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Database } from '#papergraph/database/connect';
import { dayOf } from '#papergraph/time/day';
import { distinctFilters, FIELDS, oneOperation } from './fan-out/payloads.ts';
import { withEmbedded } from './support/embedded.ts';
import { announce, openClients } from './fan-out/receivers.ts';
import { compared, TIMES, type Compared, type Round } from './fan-out/rounds.ts';
import type { Benchmark, Section, Table } from './support/benchmark.ts';
import { startReporting, startServer, type Child, type Holding } from './support/child.ts';
import type { Payload } from './support/clients.ts';
import { ingestRecords, recordOf } from './support/ingest-records.ts';
import { cpuOf } from './support/meter.ts';
import { mebibytes } from './support/statistics.ts';

const PORT = 14_111;
const BARE_PORT = 14_112;
const CHURNING = 1_000;

/** What an idle subscriber takes, in kB. */
interface Memory {
  readonly resident: number;
  readonly heap: number;
}

const now = (): number => performance.timeOrigin + performance.now();

/** See the top of this file. */
export const fanOut: Benchmark = {
  about: 'the live feed with many subscribers, compared with a bare `ws` server',
  run: async (argv) => {
    const url = argv[0] === '--url' ? argv[1] : undefined;
    const sizes = url === undefined ? argv : argv.slice(2);
    if (url !== undefined) return await measure(url, sizes);
    return await withEmbedded(async (embedded) => await measure(embedded, sizes));
  },
};

async function measure(
  url: string,
  [sockets = '10000', filters = '1000', rounds = '9']: readonly string[],
): Promise<Section> {
  const database = await openDatabase({ url, dataDir: '' });
  try {
    const bench = new FanOut(database.pool, { url, sockets: Number(sockets), rounds: Number(rounds) });
    const parts = [
      await bench.measureChurn(),
      await bench.measureIdleMemory(),
      await bench.measureTimes(Number(filters)),
    ];
    return {
      title: 'Live feed',
      text: [
        'Server, clients and ingest are separate processes. Papergraph and bare `ws` are measured by turns.',
      ],
      tables: parts.map(({ table }) => table),
      figures: Object.fromEntries(parts.flatMap(({ figures }) => Object.entries(figures))),
    };
  } finally {
    await database.close();
  }
}

/** A table, and what the table of aims takes from it. */
interface Part {
  readonly table: Table;
  readonly figures: Section['figures'];
}

class FanOut {
  readonly #pool: Database['pool'];
  readonly #options: { url: string; sockets: number; rounds: number };
  #papers = 0;

  constructor(pool: Database['pool'], options: { url: string; sockets: number; rounds: number }) {
    this.#pool = pool;
    this.#options = options;
  }

  /** What a server holds before, during and after the visit of many sockets. The first visit only warms it up. */
  async measureChurn(): Promise<Part> {
    const server = await this.#startPapergraph();
    await this.#churn(server);
    const rows = await this.#churn(server);
    await server.stop();
    const head = [
      `${CHURNING} sockets that come and go`,
      'files',
      'handles',
      'heap, MiB',
      'connections to Postgres',
    ];
    const cells = Object.entries(rows).map(([when, holding]) => [when, ...cellsOf(holding)]);
    return { table: { head, rows: cells }, figures: {} };
  }

  /** Memory for one idle subscriber, with new servers: an old one would use memory that earlier clients have freed. */
  async measureIdleMemory(): Promise<Part> {
    const papergraph = await this.#startPapergraph();
    const ours = await this.#idleMemory(papergraph, PORT, [oneOperation(FIELDS.short)]);
    await papergraph.stop();
    const bare = await startBare();
    const theirs = await this.#idleMemory(bare, BARE_PORT, [{}]);
    await bare.stop();
    const head = [`an idle subscriber of ${this.#options.sockets}, kB`, 'resident', 'heap'];
    const cells = (memory: Memory): string[] => [memory.resident.toFixed(1), memory.heap.toFixed(1)];
    const rows = [
      ['papergraph', ...cells(ours)],
      ['bare ws', ...cells(theirs)],
    ];
    return { table: { head, rows }, figures: { 'fan-out/idle': ours.resident / theirs.resident } };
  }

  /** One event to all sockets. */
  async measureTimes(filters: number): Promise<Part> {
    const servers = [await this.#startPapergraph(), await startBare()] as const;
    const measured: { name: string; figure: string; result: Compared }[] = [];
    for (const [length, fields] of Object.entries(FIELDS)) {
      const one = await this.#compare(servers, [oneOperation(fields)]);
      measured.push({ name: `one operation, ${length}`, figure: `fan-out/one-${length}`, result: one });
      const many = await this.#compare(servers, distinctFilters(fields, filters));
      measured.push({
        name: `${filters} filters, ${length}`,
        figure: `fan-out/filters-${length}`,
        result: many,
      });
    }
    await Promise.all(servers.map(async (server) => await server.stop()));
    const head = [`one event to ${this.#options.sockets} sockets`, ...TIMES];
    const rows = measured.map(({ name, result }) => [name, ...result.cells]);
    const figures = Object.fromEntries(measured.map(({ figure, result }) => [figure, result.ratio]));
    return { table: { head, rows }, figures };
  }

  async #startPapergraph(): Promise<Child> {
    const limits = ['--max-sockets', '50000', '--max-sockets-per-address', '50000'];
    return await startServer(this.#options.url, PORT, limits);
  }

  /** Measures both servers by turns. */
  async #compare(
    [papergraph, bare]: readonly [Child, Child],
    payloads: readonly Payload[],
  ): Promise<Compared> {
    const { sockets, rounds } = this.#options;
    const clients = await openClients(PORT, payloads, sockets);
    const bareClients = await openClients(BARE_PORT, [{}], sockets);
    const times: Round[] = [];
    let bytes = 0;
    for (let round = 0; round < rounds; round += 1) {
      const received = await announce(clients);
      const cpu = cpuOf(papergraph.pid);
      const { before, committed } = await this.#ingestOne();
      const { first, last, sample } = await received();
      const cpuAfter = cpuOf(papergraph.pid);
      const bareReceived = await announce(bareClients);
      const bareCpu = cpuOf(bare.pid);
      const posted = now();
      await fetch(`http://127.0.0.1:${BARE_PORT}/`, { method: 'POST', body: sample });
      const its = await bareReceived();
      bytes = Buffer.byteLength(sample);
      times.push([
        last - committed,
        last - before,
        last - first,
        cpuAfter - cpu,
        its.last - posted,
        its.last - its.first,
        cpuOf(bare.pid) - bareCpu,
      ]);
    }
    await Promise.all([clients.stop(), bareClients.stop()]);
    return compared(bytes, times);
  }

  /** Ingests a digest of one new paper. Returns the times before and after. */
  async #ingestOne(): Promise<{ before: number; committed: number }> {
    this.#papers += 1;
    const record = recordOf(`2601.${String(this.#papers).padStart(5, '0')}`, {
      title: `Fan-out of events, number ${this.#papers}`,
      authors: ['Ada Lovelace', 'Alan Turing', '王伟'],
      summary: 'We study how one event reaches many who wait for it. '.repeat(24),
    });
    const day = dayOf(new Date(Date.UTC(2026, 0, this.#papers)));
    const before = now();
    await ingestRecords(this.#pool, `${day}_AI_enhanced_English.jsonl`, [record]);
    return { before, committed: now() };
  }

  /** Resident memory and heap that each idle subscriber costs, in kB. */
  async #idleMemory(server: Child, port: number, payloads: readonly Payload[]): Promise<Memory> {
    const { sockets } = this.#options;
    const before = await server.ask<Holding>('memory');
    const clients = await openClients(port, payloads, sockets);
    const after = await server.ask<Holding>('memory');
    await clients.stop();
    const each = (bytes: number): number => bytes / sockets / 1024;
    return { resident: each(after.rss - before.rss), heap: each(after.heapUsed - before.heapUsed) };
  }

  async #churn(server: Child): Promise<Record<'before' | 'during' | 'after', Snapshot>> {
    const before = await this.#snapshot(server);
    const clients = await openClients(PORT, [oneOperation(FIELDS.short)], CHURNING);
    const during = await this.#snapshot(server);
    await clients.stop();
    for (;;) {
      const after = await this.#snapshot(server);
      if (after.files <= before.files) return { before, during, after };
      await sleep(100);
    }
  }

  async #snapshot(server: Child): Promise<Snapshot> {
    const { rows } = await this.#pool.query<{ connections: number }>(
      'select count(*)::int as connections from pg_stat_activity where datname = current_database()',
    );
    return { ...(await server.ask<Holding>('memory')), connections: rows[0]?.connections ?? 0 };
  }
}

type Snapshot = Holding & { readonly connections: number };

const cellsOf = ({ files, handles, heapUsed, connections }: Snapshot): (string | number)[] => [
  files,
  handles,
  mebibytes(heapUsed, 1),
  connections,
];

async function startBare(): Promise<Child> {
  const server = startReporting('bare-server.js', [String(BARE_PORT)]);
  await server.heard();
  return server;
}
