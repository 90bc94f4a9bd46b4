// What the live feed costs:
//
//   npm run bench -- fan-out POSTGRES_URL [SOCKETS, 10000] [FILTERS, 1000] [ROUNDS, 9]
//
// In an empty database: the time from COMMIT to the last of all sockets, with one operation and with distinct filters, beside a
// bare `ws` server that sends the same bytes; the memory of an idle subscriber beside that of a bare socket; what remains of 1,000
// sockets that have gone. Server, clients and ingest are separate processes. Prints Markdown tables; times are medians in ms.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Database } from '#papergraph/database/connect';
import { dayOf } from '#papergraph/time/day';
import { startChild, startReporting, startServer, type Child, type Holding } from './support/child.ts';
import type { Order, Payload, Received } from './support/clients.ts';
import { ingestRecords, recordOf } from './support/ingest-records.ts';
import { mebibytes, median, printTable } from './support/statistics.ts';

const PORT = 14_111;
const BARE_PORT = 14_112;
const CHURNING = 1_000;
const FIELDS = {
  short: 'arxivId title',
  long: 'arxivId title abstract authors(first: 20) { nodes { name } } categories { code }',
};

const TIMES = [
  'bytes',
  'last after COMMIT',
  'last after start of ingest',
  'first to last',
  'bare ws: last',
  'bare ws: first to last',
  'ratio: last',
  'ratio: first to last',
];

const now = (): number => performance.timeOrigin + performance.now();

export async function run([
  url = '',
  sockets = '10000',
  filters = '1000',
  rounds = '9',
]: string[]): Promise<void> {
  const database = await openDatabase({ url, dataDir: '' });
  try {
    const bench = new FanOut(database.pool, { url, sockets: Number(sockets), rounds: Number(rounds) });
    await bench.printChurn();
    await bench.printIdleMemory();
    await bench.printTimes(Number(filters));
  } finally {
    await database.close();
  }
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
  async printChurn(): Promise<void> {
    const server = await this.#startPapergraph();
    await this.#churn(server);
    const rows = await this.#churn(server);
    await server.stop();
    printTable(
      [`${CHURNING} sockets that come and go`, 'files', 'handles', 'heap, MiB', 'connections to Postgres'],
      Object.entries(rows).map(([when, holding]) => [when, ...cellsOf(holding)]),
    );
  }

  /** Memory for one idle subscriber, with new servers: an old one would use memory that earlier clients have freed. */
  async printIdleMemory(): Promise<void> {
    const papergraph = await this.#startPapergraph();
    const ours = await this.#idleMemory(papergraph, PORT, [oneOperation(FIELDS.short)]);
    await papergraph.stop();
    const bare = await startBare();
    const theirs = await this.#idleMemory(bare, BARE_PORT, [{}]);
    await bare.stop();
    printTable(
      [`an idle subscriber of ${this.#options.sockets}, kB`, 'resident', 'heap'],
      [
        ['papergraph', ...ours],
        ['bare ws', ...theirs],
      ],
    );
  }

  /** One event to all sockets. */
  async printTimes(filters: number): Promise<void> {
    const servers = [await this.#startPapergraph(), await startBare()];
    const rows = [];
    for (const [length, fields] of Object.entries(FIELDS)) {
      rows.push([`one operation, ${length}`, ...(await this.#compare([oneOperation(fields)]))]);
      const payloads = distinctFilters(fields, filters);
      rows.push([`${filters} filters, ${length}`, ...(await this.#compare(payloads))]);
    }
    await Promise.all(servers.map(async (server) => await server.stop()));
    printTable([`one event to ${this.#options.sockets} sockets`, ...TIMES], rows);
  }

  async #startPapergraph(): Promise<Child> {
    const limits = ['--max-sockets', '50000', '--max-sockets-per-address', '50000'];
    return await startServer(this.#options.url, PORT, limits);
  }

  /** Measures both servers by turns. */
  async #compare(payloads: readonly Payload[]): Promise<string[]> {
    const { sockets, rounds } = this.#options;
    const clients = await openClients(PORT, payloads, sockets);
    const bareClients = await openClients(BARE_PORT, [{}], sockets);
    const times: { ours: number; withIngest: number; spread: number; bare: number; bareSpread: number }[] =
      [];
    let bytes = 0;
    for (let round = 0; round < rounds; round += 1) {
      const received = await announce(clients);
      const { before, committed } = await this.#ingestOne();
      const { first, last, sample } = await received();
      const bareReceived = await announce(bareClients);
      const posted = now();
      await fetch(`http://127.0.0.1:${BARE_PORT}/`, { method: 'POST', body: sample });
      const bare = await bareReceived();
      bytes = Buffer.byteLength(sample);
      times.push({
        ours: last - committed,
        withIngest: last - before,
        spread: last - first,
        bare: bare.last - posted,
        bareSpread: bare.last - bare.first,
      });
    }
    await Promise.all([clients.stop(), bareClients.stop()]);
    const of = (key: keyof (typeof times)[number]): number => median(times.map((time) => time[key]));
    const keys = ['ours', 'withIngest', 'spread', 'bare', 'bareSpread'] as const;
    const ratios = [of('ours') / of('bare'), of('spread') / of('bareSpread')];
    return [
      String(bytes),
      ...keys.map((key) => of(key).toFixed(0)),
      ...ratios.map((each) => each.toFixed(2)),
    ];
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
  async #idleMemory(server: Child, port: number, payloads: readonly Payload[]): Promise<string[]> {
    const { sockets } = this.#options;
    const before = await server.ask<Holding>('memory');
    const clients = await openClients(port, payloads, sockets);
    const after = await server.ask<Holding>('memory');
    await clients.stop();
    return [after.rss - before.rss, after.heapUsed - before.heapUsed].map((bytes) =>
      (bytes / sockets / 1024).toFixed(1),
    );
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

async function openClients(port: number, payloads: readonly Payload[], count: number): Promise<Child> {
  const clients = startChild('clients.js');
  await clients.ask({ open: { port, count, payloads } } satisfies Order);
  return clients;
}

/** Tells the clients that an event will come. Returns a function that waits for it. */
async function announce(clients: Child): Promise<() => Promise<Received>> {
  await clients.ask({ round: true } satisfies Order);
  const received = clients.heard<Received>();
  return async () => await received;
}

const operation = (fields: string): string => `{ cursor events { kind paper { ${fields} } } }`;

function oneOperation(fields: string): Payload {
  return { query: `subscription { paperIngested ${operation(fields)} }` };
}

/** `count` filters that differ and that every event of this benchmark matches. */
function distinctFilters(fields: string, count: number): Payload[] {
  const query = `subscription ($filter: PaperFilter) { paperIngested(filter: $filter) ${operation(fields)} }`;
  return Array.from({ length: count }, (_, index) => {
    const forms = [
      { search: `fan OR word${index}` },
      { or: [{ categories: ['cs.DC'] }, { search: `"word${index} follows"` }] },
      { not: { search: `events word${index}` }, hasSummary: false },
      { authors: ['Ada Lovelace'], not: { search: `author:"Author ${index}"` } },
    ];
    return { query, variables: { filter: forms[index % forms.length] } };
  });
}
