import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDigest } from '../../src/digest/open-digest.ts';
import { fold } from '../../src/language/fold.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

/**
 * The number of turns of the event loop that other tasks get during `work`, except while it waits for
 * Postgres. It is 0 for work that is not divided into slices.
 */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let waiting = 0;
  let turns = 0;
  let done = false;
  const query = Reflect.get(pg.Client.prototype, 'query') as (...given: unknown[]) => unknown;
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]): unknown {
    const answer = query.apply(this, given);
    if (!(answer instanceof Promise)) return answer;
    waiting += 1;
    return answer.finally(() => (waiting -= 1));
  } as typeof pg.Client.prototype.query;
  const next = (): void => {
    if (waiting === 0) turns += 1;
    if (!done) setImmediate(next);
  };
  setImmediate(next);
  try {
    await work();
  } finally {
    done = true;
    pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
  }
  return turns;
}

async function readAll(text: string): Promise<number> {
  const chunks = (async function* () {
    yield Buffer.from(text);
  })();
  const opened = await openDigest(chunks);
  let entries = 0;
  for await (const item of opened?.items ?? []) if (item.kind === 'entry') entries += 1;
  return entries;
}

describe('a large file does not block the event loop:', () => {
  const good = jsonl(jsonRecord('2601.00001'));

  test.each([
    ['50,000 records that are none', good + '{}\n'.repeat(50_000)],
    ['300,000 blank lines', good + '\n'.repeat(300_000)],
  ])('%s, while it is read', async (_what, text) => {
    expect(await turnsDuring(async () => await readAll(text))).toBeGreaterThan(3);
  });

  test('twelve abstracts with 450,000 characters of LaTeX, while they are stored', async () => {
    const records = Array.from({ length: 12 }, (_, n) =>
      jsonRecord(`2601.0001${n % 10}v${1 + Math.floor(n / 10)}`, { summary: '$'.repeat(450_000) }),
    );
    const file = textFile('2026-01-15.jsonl', jsonl(...records));
    expect(await turnsDuring(async () => await ingestFile(database.pool, file))).toBeGreaterThan(1);
  });

  test('a file with problems, of which the first thousand are kept and all are counted', async () => {
    const file = textFile('2026-01-16.jsonl', good + '{}\n'.repeat(20_000));
    const report = await ingestFile(database.pool, file);
    expect(report).toMatchObject({ status: 'PARTIAL', entries: 1, rejected: 20_000 });
    expect(report.problems).toHaveLength(1_001);
    expect(report.problems.at(-1)).toMatchObject({ severity: 'WARNING', message: '19000 more problems' });
  });
});

test.each([
  ['combining marks', 'a' + '\u0301\u0323'.repeat(250_000)],
  ['ligatures of eighteen letters', '\uFDFA'.repeat(100_000)],
  ['white space', ' \t'.repeat(500_000)],
  ['accented letters', 'é'.repeat(500_000)],
])('a megabyte of %s is folded without taking minutes', (_what, text) => {
  expect(fold(text).length).toBeLessThan(20 * text.length);
});
