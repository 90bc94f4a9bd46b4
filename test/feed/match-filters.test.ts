import { afterAll, beforeAll, expect, test } from 'vitest';
import { statementRunner, type RunStatement } from '../../src/database/statements.ts';
import type { EventFilter } from '../../src/events/event-filter.ts';
import { eventsAfter, readBatch } from '../../src/events/event-log.ts';
import { compileChoice } from '../../src/feed/event-choice.ts';
import { matchFilters } from '../../src/feed/match-filters.ts';
import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { createRandom } from '../support/random.ts';
import { generateCorpus, ingestCorpus } from '../support/search-corpus.ts';
import { combine, SEARCHES } from '../support/search-truth.ts';

const SEED = 20_260_114;
/** Values that a text form of arrays has to quote, and filters that select nothing. */
const ODD: readonly PaperFilter[] = [
  { authors: ['a "quoted", {name}', String.raw`back\slash`, 'NULL', '', ' ', 'Ada Park'] },
  { sources: ['alpha', String.raw`{"al\pha"}`, '王,伟'] },
  { sources: [], not: { sources: [] } },
  { search: String.raw`"it's" OR "100%_sure\\" OR 'x' & !y` },
  { search: 'author:"O\'Neil_%"', hasCode: false },
  { search: 'author:yang author:liu', hasSummary: true },
];

let database: TestDatabase;
let run: RunStatement;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestCorpus(database.pool, generateCorpus(SEED, 60));
  run = statementRunner(database.pool, { prepared: true });
});
afterAll(async () => await database.close());

/** The positions that a filter selects if it is asked alone, as subscribers that catch up do. */
async function selectedAlone(filter: EventFilter): Promise<number[]> {
  const { events } = await readBatch(run, filter, { after: 0, first: 4_000 });
  return events.map(({ position }) => position);
}

test('hundreds of generated filters, matched together, select the events that each selects alone', async () => {
  const { state, events } = await eventsAfter(run, 0, 4_000);
  const random = createRandom(SEED);
  const generated = Array.from({ length: 250 }, () => combine(random).filter);
  const searches = SEARCHES.map(([search]) => ({ search }));
  const choices = [...generated, ...searches, ...ODD].map((filter, index) => ({
    topic: 'PAPER' as const,
    kinds: index % 3 === 0 ? (['ADDED'] as const) : (['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED'] as const),
    filter,
  }));
  const filters = await Promise.all(choices.map(async (choice) => await compileChoice(run, choice)));
  const conditional = filters.filter(({ condition }) => condition !== undefined);
  const matches = await matchFilters(run, filters, { stretch: { after: 0, upTo: state.head }, events });
  let selected = 0;
  for (const filter of conditional) {
    const alone = await selectedAlone(filter);
    const together = [...(matches.get(filter) ?? [-1])];
    expect({ key: filter.key, together }).toEqual({ key: filter.key, together: alone });
    selected += alone.length;
  }
  expect(selected).toBeGreaterThan(conditional.length);
});

test('a filter that Postgres refuses has no answer, and those of its shape have theirs', async () => {
  const { state, events } = await eventsAfter(run, 0, 4_000);
  const search = async (word: string): Promise<EventFilter> =>
    await compileChoice(run, { topic: 'PAPER', kinds: ['ADDED'], filter: { search: word } });
  const [good, other] = [await search('quantum'), await search('robot')];
  const { condition } = good;
  if (condition === undefined) throw new Error('expected a condition');
  const broken = Object.assign(Object.create(condition) as typeof condition, { values: ['( &'] });
  const bad = { ...good, key: 'bad', condition: broken };
  const stretch = { after: 0, upTo: state.head };
  const matches = await matchFilters(run, [good, bad, other], { stretch, events });
  expect(matches.has(bad)).toBe(false);
  for (const filter of [good, other])
    expect([...(matches.get(filter) ?? [-1])]).toEqual(await selectedAlone(filter));
});
