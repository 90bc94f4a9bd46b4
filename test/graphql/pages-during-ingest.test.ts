import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

const DAYS = ['2026-01-10', '2026-01-11', '2026-01-12'];
const id = (n: number) => `2601.${10_000 + n}`;
const title = (n: number, change = '') => `Title ${(n * 7919) % 1000} of graphs ${change}`;
const digest = (day: string, records: object[]) =>
  textFile(`${day}_AI_enhanced_Chinese.jsonl`, jsonl(...records));

/** Every third paper stays as it is; the second of three is revised, the third comes and goes. */
const STEADY = Array.from({ length: 60 }, (_, n) => n * 3);
const steady = new Set(STEADY.map(id));
const base = (day: number) =>
  STEADY.filter((_, n) => n % DAYS.length === day)
    .flatMap((n) => [n, n + 1])
    .map((n) => jsonRecord(id(n), { title: title(n) }));

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  query = queryOf(database);
  for (const [day, date] of DAYS.entries()) await ingestFile(database.pool, digest(date, base(day)));
});
afterAll(async () => await database.close());

interface Changes {
  revisions: number;
  stop: boolean;
}

async function keepChanging(changes: Changes): Promise<void> {
  for (; !changes.stop; changes.revisions++) {
    const { revisions } = changes;
    const day = revisions % DAYS.length;
    const changed = base(day).map((record, n) =>
      n % 2 === 0 ? record : { ...record, title: title(n + revisions, `revised ${revisions}`) },
    );
    const coming = Array.from({ length: 20 }, (_, n) =>
      jsonRecord(`2601.${20_000 + revisions * 20 + n}`, { title: title(n, `${revisions}`) }),
    );
    await ingestFile(database.pool, digest(DAYS[day] ?? '', [...changed, ...coming]));
  }
}

test.each([
  'orderBy: NEWEST, ',
  'orderBy: OLDEST, ',
  'orderBy: TITLE, ',
  'orderBy: MOST_STARS, ',
  'filter: {search: "graphs"}, ',
  'filter: {categories: ["cs.LG"], not: {search: "title:revised"}}, orderBy: TITLE, ',
])('papers that do not change while others do appear once each, in order: papers(%s…)', async (args) => {
  const steadyOf = async (backward: boolean) => {
    const how = { field: `papers(${args}`, select: 'arxivId', size: 17, backward };
    const nodes = await walk<{ arxivId: string }>(query, how);
    return nodes.map(({ arxivId }) => arxivId).filter((arxivId) => steady.has(arxivId));
  };
  const expected = await steadyOf(false);
  expect(expected.toSorted()).toEqual([...steady].toSorted());
  const changes: Changes = { revisions: 0, stop: false };
  const changing = keepChanging(changes);
  const walks: string[][] = [];
  while (changes.revisions < 3) walks.push(await steadyOf(walks.length % 2 === 1));
  changes.stop = true;
  await changing;
  expect(walks.length).toBeGreaterThan(1);
  for (const found of walks) expect(found).toEqual(expected);
});
