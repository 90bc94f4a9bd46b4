// What operations cost, beside their prices in src/graphql/prices.ts:
//
//   npm run bench -- prices [--only TEXT] [--papers 20000] [--data-dir FOLDER] [--seconds 1]
//
// Each operation runs for some seconds of processor time, in this process, with nothing kept from one time to the next. A point is ten
// microseconds of processor time of this process and of Postgres together. --only takes the operations whose names contain a text.
import { parseArgs } from 'node:util';
import { getOperationAST, parse, validate, type DocumentNode } from 'graphql';
import type pg from 'pg';
import { createContextFactory } from '#papergraph/graphql/context';
import { schema } from '#papergraph/graphql/schema';
import { executeOperation } from '#papergraph/pipeline/execute';
import { priceOf } from '#papergraph/pipeline/pricing';
import { pricedOperations } from './prices/operations.ts';
import type { Benchmark, Section } from './support/benchmark.ts';
import { cpuOfPostgres } from './support/meter.ts';
import { openStore, type Store } from './support/store.ts';

const OPTIONS = {
  only: { type: 'string', default: '' },
  papers: { type: 'string', default: '20000' },
  'data-dir': { type: 'string' },
  seconds: { type: 'string', default: '1' },
} as const;

/** Microseconds of processor time. */
const POINT = 10;
/** Operations at once: as many as Postgres has processes for the pool. */
const AT_ONCE = 2;
const WARM_UP_MS = 300;
/** The wall clock ends a measurement, too: processors may be busy with others. */
const LONGEST_SECONDS = 20;

/** See the top of this file. */
export const prices: Benchmark = {
  about: 'processor time of operations of every kind, beside what they are priced at',
  run,
};

/** Microseconds of processor time for one operation. */
interface Cost {
  readonly server: number;
  readonly postgres: number;
}

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  await using store = await openStore({ papers: Number(values.papers), dataDir: values['data-dir'] });
  const rows: (string | number)[][] = [];
  const operations = await pricedOperations(store.pool);
  for (const { name, source } of operations.filter((each) => each.name.includes(values.only))) {
    const document = validDocument(source);
    const price = priceOfDocument(document);
    const cost = await measure(store, document, Number(values.seconds));
    rows.push(rowOf(name, price, cost));
    console.error(rows.at(-1)?.join('  '));
  }
  return {
    title: 'Prices',
    text: [
      `Points of [prices.ts](../src/graphql/prices.ts) beside what was measured over ${values.papers} generated papers; a point is ` +
        `${POINT} µs of processor time. Nothing is kept from one time to the next, and everything is cached in Postgres that fits. ` +
        `Prices are for common words and for the authors of most papers, and for full pages: a rarer word and shorter lists cost less ` +
        `than set. Papers that other operations of a server have read cost half of what is measured here or less.`,
    ],
    tables: [
      { head: ['operation', 'points set', 'measured', 'server ms', 'Postgres ms', 'set to measured'], rows },
    ],
    figures: {},
  };
}

function rowOf(name: string, price: number, { server, postgres }: Cost): (string | number)[] {
  const measured = (server + postgres) / POINT;
  const ms = [server, postgres].map((each) => (each / 1_000).toFixed(2));
  return [name, price, measured.toFixed(0), ...ms, (price / measured).toFixed(2)];
}

function validDocument(source: string): DocumentNode {
  const document = parse(source);
  const [error] = validate(schema, document);
  if (error !== undefined) throw error;
  return document;
}

function priceOfDocument(document: DocumentNode): number {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('expected one operation');
  return priceOf({ schema, document, operation, variables: {} });
}

async function measure({ pool, postmaster }: Store, document: DocumentNode, seconds: number): Promise<Cost> {
  const answerSome = async (): Promise<void> => {
    await Promise.all(Array.from({ length: AT_ONCE }, async () => await answer(pool, document)));
  };
  for (const from = performance.now(); performance.now() - from < WARM_UP_MS;) await answerSome();
  const started = { server: process.cpuUsage(), postgres: cpuOfPostgres(postmaster), at: performance.now() };
  for (let times = AT_ONCE; ; times += AT_ONCE) {
    await answerSome();
    const { user, system } = process.cpuUsage(started.server);
    const postgres = (cpuOfPostgres(postmaster) - started.postgres) * 1_000;
    const enough = user + system + postgres > seconds * 1e6;
    if (enough || performance.now() - started.at > LONGEST_SECONDS * 1_000)
      return { server: (user + system) / times, postgres: postgres / times };
  }
}

/** Answers an operation as a server does, up to the text of its answer. */
async function answer(pool: pg.Pool, document: DocumentNode): Promise<void> {
  // A factory of its own: contexts of one factory share what they read.
  const contextValue = createContextFactory({ database: { pool }, prepared: true })();
  const result = await executeOperation({ schema, document, contextValue });
  if (result.errors?.[0] !== undefined) throw result.errors[0];
  JSON.stringify(result);
}
