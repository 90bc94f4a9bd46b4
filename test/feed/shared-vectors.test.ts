import { afterEach, beforeEach, expect, test } from 'vitest';
import { statementRunner } from '../../src/database/statements.ts';
import { transaction } from '../../src/database/transaction.ts';
import type { EventFilter } from '../../src/events/event-filter.ts';
import { eventsAfter, matchingPositions, readBatch } from '../../src/events/event-log.ts';
import { eventVector } from '../../src/events/event-vectors.ts';
import { compileChoice } from '../../src/feed/event-choice.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { searchVectors, type VectorTexts } from '../../src/ingest/papers/search-vectors.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { createRandom } from '../support/random.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const PAPERS = 24;
const WORDS = ['graph', 'agents', 'vision', 'tokens', '模型', '强化学习', 'GPT-4.1'];
const FILES = [
  '2026-01-15_AI_enhanced_Chinese.jsonl',
  '2026-01-15_AI_enhanced_English.jsonl',
  '2026-01-15.jsonl',
  '2026-01-16_AI_enhanced_Chinese.jsonl',
  '2026-01-17_AI_enhanced_Chinese.jsonl',
];

interface Row {
  readonly position: number;
  readonly vector: string;
}

/** The search vectors of all events of papers. */
async function vectorsOfEvents(): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    `select d.position, ${eventVector.text}::text as vector from feed_event d
     where topic = 'PAPER' order by position`,
  );
  return rows;
}

/** The vectors that events have by definition: from the papers now, with the entries of the events alone. */
async function vectorsByDefinition(after: number): Promise<Row[]> {
  return await transaction(database.pool, async (tx) => {
    const texts = await tx.query<VectorTexts>`
      select d.position::int as id, p.arxiv_id as "arxivId", p.title, p.abstract,
        case when m.status <> 'FAILED' then jsonb_build_array(m.parts) else '[]' end as summaries
      from feed_event d join paper p on p.id = d.paper_id left join summary m on m.entry_id = d.entry_id
      where d.position > ${after}`;
    return await tx.query<Row>`
      select id::bigint as position, vector::text from ${await searchVectors(tx, texts)} made order by id`;
  });
}

test.each([1, 2, 3])(
  'an event keeps its vector and its matches, however its paper changes (seed %i)',
  async (seed) => {
    const { pool } = database;
    const random = createRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const text = (): string => Array.from({ length: 3 }, () => pick(WORDS)).join(' ');
    const run = statementRunner(pool, { prepared: true });
    const searches = [...WORDS, 'graph agents', '-vision', 'graph OR 模型', '2601.00003'];
    const filters: EventFilter[] = [];
    for (const search of searches)
    filters.push(await compileChoice(run, { topic: 'PAPER', kinds: ['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED'], filter: { search } })); // prettier-ignore

    /** A file with some of the papers. A few differ from how they were before, and a few have no AI text. */
    const records = Array.from({ length: PAPERS }, (_, n) =>
      jsonRecord(`2601.${10_000 + n}`, { title: text() }),
    );
    const file = (): string => {
      const listed = records.filter(() => random() < 0.5);
      return jsonl(
        ...listed.map((record, index) => {
          if (random() < 0.15) records[records.indexOf(record)] = { ...record, title: text() };
          const tldr = random() < 0.3 ? 'Error' : `${text()}。`;
          const change =
            random() < 0.2 ? { AI: undefined } : { AI: { tldr, method: index % 2 ? text() : null } };
          return { ...record, ...change };
        }),
      );
    };
    const steps = [
    ...Array.from({ length: 9 }, () => async () => void (await ingestFile(pool, textFile(pick(FILES), file())))),
    async () => void (await removeDigests(database, { source: 'test', date: pick(FILES).slice(0, 10) })),
    async () => void (await removeDigests(database, { source: 'test' })),
    async () => {
      await pool.query('update paper_search set version = version - 1');
      await upgradeStore(pool);
    },
  ]; // prettier-ignore

    const expected: Row[] = [];
    const live = filters.map((): number[] => []);
    let shared = 0;
    let head = 0;
    for (let step = 0; step < 20; step++) {
      await (step < 2 ? steps[0] : pick(steps))?.();
      const { state } = await eventsAfter(run, head, 1);
      expected.push(...(await vectorsByDefinition(head)));
      const matched = await matchingPositions(run, filters, { after: head, upTo: state.head });
      matched.forEach((positions, index) => live[index]?.push(...positions));
      head = state.head;
      expect(await vectorsOfEvents()).toEqual(expected);
      const { rowCount } = await pool.query(
        `select 1 from feed_event where topic = 'PAPER' and vector is null`,
      );
      shared = Math.max(shared, rowCount ?? 0);
    }
    const replayed = await matchingPositions(run, filters, { after: 0, upTo: head });
    expect(replayed).toEqual(live);
    for (const [index, filter] of filters.entries()) {
      const { events } = await readBatch(run, filter, { after: 0, first: 4_000 });
      expect(events.map(({ position }) => position)).toEqual(live[index]);
    }
    expect(live.flat().length).toBeGreaterThan(0);
    expect(shared).toBeGreaterThan(0);
    expect(shared).toBeLessThan(expected.length);
  },
);
