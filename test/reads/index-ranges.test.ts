import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { faultyPool } from '../support/faulty-pool.ts';
import { generateModel, insertModel } from '../support/generated-store.ts';
import { queryOf } from '../support/graphql.ts';
import { LONG } from '../support/long.ts';

const PAPERS = LONG ? 20_000 : 6_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(
    database.pool,
    generateModel({ seed: 3, papers: PAPERS, authors: 0.4 * PAPERS, days: 60 }),
  );
  await database.pool.query('vacuum analyze');
});
afterAll(async () => await database.close());

// Enough for a page of 20 with an index entry and a row each. The lists have hundreds or thousands of rows.
const FEW_BLOCKS = 200;
const SELECTION = 'edges { cursor node { id } }';

const LISTS = [
  ...['NEWEST', 'MOST_STARS'].map((order) => `papers(orderBy: ${order}, PAGE) { ${SELECTION} }`),
  ...['NAME', 'PAPER_COUNT'].map((order) => `authors(orderBy: ${order}, PAGE) { ${SELECTION} }`),
  `category(by: {code: "cs.CV"}) { papers(PAGE) { ${SELECTION} } }`,
  `author(by: {name: "Yang Liu"}) { papers(PAGE) { ${SELECTION} } }`,
  ...['{categories: ["cs.CV"]}', '{categories: ["math.CO", "hep-th"]}', '{authors: ["yang liu"]}'].map(
    (filter) => `papers(filter: ${filter}, PAGE) { ${SELECTION} }`,
  ),
];

// Postgres plans a prepared statement for its values at first, and may switch to one generic plan later.
describe.each(['force_custom_plan', 'force_generic_plan'])('planned by %s', (mode) => {
  test.each(LISTS)('%s reads a range of an index, not the whole list', async (list) => {
    const cursor = await cursorWithin(list);
    const pages = ['first: 20', 'last: 20', `first: 20, after: "${cursor}"`, `last: 20, before: "${cursor}"`];
    const costs: number[] = [];
    for (const page of pages) costs.push(await blocksOf(`{ ${list.replace('PAGE', page)} }`, mode));
    expect(Math.max(...costs)).toBeLessThan(FEW_BLOCKS);
    expect(Math.min(...costs)).toBeGreaterThan(0);
  });
});

async function cursorWithin(list: string): Promise<string> {
  const { data } = await queryOf(database)(`{ ${list.replace('PAGE', 'first: 100')} }`);
  return /.*"cursor":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? '';
}

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** Number of 8 kB blocks that Postgres reads for the lists of a document. */
async function blocksOf(document: string, mode: string): Promise<number> {
  let touched = 0;
  const pool = faultyPool(database.pool, async ({ text, values }) => {
    if (text.includes('with parent')) touched += await explain(text, values, mode);
  });
  const { errors } = await queryOf({ pool })(document);
  expect(errors).toBeUndefined();
  return touched;
}

async function explain(text: string, values: unknown[], mode: string): Promise<number> {
  const client = await database.pool.connect();
  try {
    await client.query(`set plan_cache_mode to ${mode}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  } finally {
    client.release(true);
  }
}
