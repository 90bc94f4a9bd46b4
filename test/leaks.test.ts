import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { spawnCli, waitFor } from './support/cli.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { jsonl, jsonRecord } from './support/digest-files.ts';
import { LONG } from './support/long.ts';

/** While they run, caches fill and code is loaded. */
const WARM_UP_ROUNDS = 4;
const ROUNDS = 12;
/** More rounds follow until this time has passed: `npm run soak`. */
const SOAK_MINUTES = Number(process.env['PAPERGRAPH_SOAK_MINUTES'] ?? '0');
/** WebSockets in a round, and as many event streams of each of two kinds. */
const CLIENTS = 30;
const QUERIES = 10;
/**
 * Bytes of heap that a round may leave. Measured: 4,000 to 10,000, and 28,000 on a busy machine. A server that kept
 * the round's closed WebSockets in memory left 120,000.
 */
const BYTES_PER_ROUND = 60_000;
/** Room for two rounds: if clients kept their slots after they left, the server would refuse later ones. */
const MAX_SOCKETS_PER_ADDRESS = 2 * 3 * CLIENTS;
const TOKEN = 'a-token-for-this-test';
/** Names the server's connections in pg_stat_activity. */
const APPLICATION = 'server-of-the-leak-test';

const SUBSCRIPTION = `subscription ($filter: PaperFilter) {
  paperIngested(filter: $filter) { cursor events { paper { arxivId authors { nodes { name } } } } }
}`;
const QUERY =
  '{ papers(first: 20) { nodes { title authors { nodes { name papers(first: 5) { nodes { title } } } } } } }';
const INGEST = 'mutation ($input: IngestDigestInput!) { ingestDigest(input: $input) { run { status } } }';

/** What a server process holds. */
interface Holdings {
  /** Bytes in use after a garbage collection. */
  readonly heap: number;
  /** Open file descriptors, which include sockets. */
  readonly files: number;
  readonly timers: number;
  /** Subscription objects that are alive, registered or not. */
  readonly subscriptions: number;
  /** Connections to Postgres that listen, and those of the pool. */
  readonly listening: number;
  readonly pooled: number;
}

/** A server in a process of its own. */
interface Server {
  readonly url: string;
  readonly database: TestDatabase;
  readonly holdings: () => Promise<Holdings>;
}

async function startServer(): Promise<Server> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const databaseUrl = new URL(database.url);
  databaseUrl.searchParams.set('application_name', APPLICATION);
  // All clients have one address: without limits of cost, they are not kept from coming back.
  const limits = ['--max-sockets-per-address', String(MAX_SOCKETS_PER_ADDRESS), '--cost-per-second', '0'];
  const flags = ['serve', '--port', '0', '--log-level', 'warn', ...limits];
  const environment = {
    DATABASE_URL: databaseUrl.href,
    PAPERGRAPH_ADMIN_TOKEN: TOKEN,
    NODE_OPTIONS: '--no-warnings --import ./test/support/report-holdings.mjs',
  };
  // Not the bundle: `report-holdings.mjs` counts the instances of a class that it imports.
  const child = spawnCli(flags, environment, 'dist/main.js');
  const url = await waitFor(child, /http:\/\/127\.0\.0\.1:\d+/);
  let reports = 0;
  const holdings = async (): Promise<Holdings> => {
    reports += 1;
    child.process.kill('SIGUSR2');
    const line = await waitFor(child, new RegExp(`^holdings ${reports}: .*\\}$`, 'm'));
    const ofProcess = JSON.parse(line.slice(line.indexOf('{'))) as Omit<Holdings, 'listening' | 'pooled'>;
    return { ...ofProcess, ...(await backends(database)) };
  };
  return { url, database, holdings };
}

/** A connection that listens has run LISTEN last, or its heartbeat. */
async function backends({ pool }: TestDatabase): Promise<Pick<Holdings, 'listening' | 'pooled'>> {
  const { rows } = await pool.query<{ listens: boolean }>(
    `select query ~ '; listen \\w|^select 1$' as listens from pg_stat_activity where application_name = $1`,
    [APPLICATION],
  );
  const listening = rows.filter(({ listens }) => listens).length;
  return { listening, pooled: rows.length - listening };
}

/** A client that subscribes. */
interface Subscriber {
  /** All that it has received. */
  readonly received: () => string;
  readonly leave: () => void;
}

/** How often a word occurs. */
const occurrences = (all: string, word: string): number => all.split(word).length - 1;

/** A WebSocket with two subscriptions, a mistake, and subscriptions completed before they have started. */
function openSocket(url: string, client: number, variables: object): Subscriber {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const subscribe = (id: string, query = SUBSCRIPTION): void =>
    send({ id, type: 'subscribe', payload: { query, variables } });
  const complete = (id: string): void => send({ id, type: 'complete' });
  let received = '';
  socket.on('error', () => {});
  socket.on('message', (data: Buffer) => (received += data.toString()));
  socket.on('open', () => {
    send({ type: 'connection_init' });
    socket.once('message', () => {
      for (let pair = 0; pair < 5; pair += 1) {
        subscribe('pair');
        complete('pair');
      }
      subscribe('mistake', 'subscription { nothing }');
      for (const id of ['first', 'second']) subscribe(id);
    });
  });
  const ways = [
    () => {
      for (const id of ['first', 'second']) complete(id);
      socket.close();
    },
    () => socket.close(),
    () => socket.terminate(),
  ];
  return { received: () => received, leave: () => ways[client % ways.length]?.() };
}

/** Requests to a server, over connections that are kept alive. */
class Requests {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = `${url}/graphql`;
  }

  send(body: object, accept = 'application/json'): ClientRequest {
    const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${TOKEN}` };
    const sent = request(this.#url, { method: 'POST', headers, agent: this.#agent });
    sent.on('error', () => {});
    sent.end(JSON.stringify(body));
    return sent;
  }

  async answer(body: object): Promise<string> {
    const [response] = (await once(this.send(body), 'response')) as [IncomingMessage];
    return await text(response);
  }

  /** An event stream. */
  openStream(variables: object): Subscriber {
    const sent = this.send({ query: SUBSCRIPTION, variables }, 'text/event-stream');
    let received = '';
    sent.on('response', (response) => {
      response.on('error', () => {});
      response.on('data', (data: Buffer) => (received += data.toString()));
    });
    return { received: () => received, leave: () => sent.destroy() };
  }

  /** Leaves an event stream when the network has taken the request, mostly before the first event. */
  async abortStream(variables: object): Promise<void> {
    const sent = this.send({ query: SUBSCRIPTION, variables }, 'text/event-stream');
    await once(sent, 'finish');
    sent.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Clients of every kind come, receive what an ingest stores, and leave in every way. */
async function playRound({ url, database }: Server, round: number): Promise<void> {
  const requests = new Requests(url);
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  // New filters in each round: what the server keeps for a filter must go with its last subscription.
  const variables = clients.map((client) => ({ filter: { not: { search: `word${round}x${client % 3}` } } }));
  const sockets = clients.map((client) => openSocket(url, client, variables[client] ?? {}));
  const streams = clients.map((client) => requests.openStream(variables[client] ?? {}));
  const allReceive = async (word: string): Promise<void> => {
    const missing = (): string[] => [
      ...sockets.map(({ received }) => received()).filter((all) => occurrences(all, word) < 2),
      ...streams.map(({ received }) => received()).filter((all) => occurrences(all, word) < 1),
    ];
    await expect.poll(missing).toEqual([]);
  };
  await allReceive('"cursor"');
  const id = `2601.${String(round).padStart(5, '0')}`;
  const date = new Date(Date.UTC(2026, 0, round)).toISOString().slice(0, 10);
  const input = { source: 'test', date, language: 'English', document: { text: jsonl(jsonRecord(id)) } };
  expect(await requests.answer({ query: INGEST, variables: { input } })).toContain('STORED');
  await allReceive(id);
  await abortQueries(requests, database);
  for (const { leave } of sockets) leave();
  for (const { leave } of streams.slice(CLIENTS / 3)) leave();
  for (let query = 0; query < QUERIES; query += 1) {
    expect(await requests.answer({ query: QUERY })).toContain(id);
    expect(await requests.answer({ query: '{ nothing }' })).toContain('GRAPHQL_VALIDATION_FAILED');
  }
  await Promise.all(variables.map(async (each) => await requests.abortStream(each)));
  // Ends the other streams.
  requests.close();
}

/** Disconnects clients while Postgres works on their queries. */
async function abortQueries(requests: Requests, { url, pool }: TestDatabase): Promise<void> {
  const lock = new pg.Client(url);
  await lock.connect();
  await lock.query('begin; lock table paper in access exclusive mode');
  const waiting = async (): Promise<number> => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`,
      [APPLICATION],
    );
    return rowCount ?? 0;
  };
  const queries = Array.from({ length: 5 }, () => requests.send({ query: QUERY }));
  await expect.poll(waiting).toBeGreaterThan(0);
  for (const query of queries) query.destroy();
  await lock.end();
}

describe.skipIf(!LONG || !existsSync('/proc/self/fd'))(
  'clients that come and go (long form, needs /proc)',
  () => {
    test(
      'leave a server with what it held before',
      { timeout: 900_000 + 2 * SOAK_MINUTES * 60_000 },
      async () => {
        const server = await startServer();
        const idle = { listening: 1, pooled: 1, subscriptions: 0 };
        const settled = async (expected: Partial<Holdings>): Promise<Holdings> => {
          let held = await server.holdings();
          await expect
            .poll(async () => (held = await server.holdings()), { interval: 500 })
            .toMatchObject(expected);
          return held;
        };
        const { files, timers } = await settled(idle);
        for (let round = 1; round <= WARM_UP_ROUNDS; round += 1) await playRound(server, round);
        const warm = await settled({ ...idle, files, timers });
        const end = performance.now() + SOAK_MINUTES * 60_000;
        let rounds = 0;
        while (rounds < ROUNDS || performance.now() < end) {
          rounds += 1;
          await playRound(server, WARM_UP_ROUNDS + rounds);
        }
        const after = await settled({ ...idle, files, timers });
        const growth = Math.round((after.heap - warm.heap) / rounds);
        console.info(`${rounds} rounds of ${3 * CLIENTS} clients; before:`, warm, 'after:', after);
        expect(growth, 'bytes of heap per round').toBeLessThan(BYTES_PER_ROUND);
      },
    );
  },
);
