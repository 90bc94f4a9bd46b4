import { graphql } from 'graphql';
import type pg from 'pg';
import { createContextFactory } from '#papergraph/graphql/context';
import { schema } from '#papergraph/graphql/schema';
import { median } from './statistics.ts';

/** How often a query is timed, unless that takes longer than `LONG_MS`. */
const TIMES = 15;
const LONG_MS = 3_000;

/** What a query costs. */
interface Cost {
  /** Rows and 8 kB blocks of all its statements. */
  readonly rows: number;
  readonly blocks: number;
  readonly ms: number;
  /** The plan of each statement. */
  readonly plans: readonly string[];
}

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Runs a query for its time once it has warmed the caches of Postgres; nothing else is kept from one time to the next. Then runs each
 * of its statements once more for its plan.
 */
export async function measureQuery(pool: pg.Pool, source: string): Promise<Cost> {
  const ran: { statement: Statement; rows: number }[] = [];
  const database = { pool: recording(pool, (statement, rows) => ran.push({ statement, rows })) };
  const ask = async (): Promise<void> => {
    ran.length = 0;
    await answerOf(database, source);
  };
  await ask();
  const times: number[] = [];
  for (const first = performance.now(); times.length < TIMES && performance.now() - first < LONG_MS;) {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  const plans = await Promise.all(ran.map(async ({ statement }) => await explain(pool, statement)));
  return {
    rows: ran.reduce((sum, { rows }) => sum + rows, 0),
    blocks: plans.reduce((sum, { blocks }) => sum + blocks, 0),
    ms: median(times),
    plans: plans.map(({ text }) => text),
  };
}

/** The answer to a query. Nothing is kept for the next one. Rejects if it has errors. */
export async function answerOf(database: { readonly pool: pg.Pool }, source: string): Promise<unknown> {
  const contextValue = createContextFactory({ database, prepared: false })();
  await contextValue.version();
  const { data, errors } = await graphql({ schema, source, contextValue });
  if (errors?.[0] !== undefined) throw errors[0];
  return data;
}

/** A pool that reports each statement and its number of rows. */
function recording(pool: pg.Pool, report: (statement: Statement, rows: number) => void): pg.Pool {
  const record = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, key) {
        if (key === 'connect') return async () => record(await pool.connect());
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        if (key !== 'query') return member.bind(target) as unknown;
        return async (query: string | Statement) => {
          const result = (await member.call(target, query)) as { rowCount: number | null };
          // Settings around a statement are plain strings.
          if (typeof query !== 'string' && query.values !== undefined) report(query, result.rowCount ?? 0);
          return result;
        };
      },
    });
  return record(pool);
}

async function explain(
  pool: pg.Pool,
  { text, values }: Statement,
): Promise<{ text: string; blocks: number }> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, [
    ...values,
  ]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  const [, hit = '0', read = '0'] = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan) ?? [];
  return { text: plan, blocks: Number(hit) + Number(read) };
}
