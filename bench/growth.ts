// What reads and an ingest cost as the store grows:
//
//   npm run bench -- growth [--sizes 10000,100000,1000000] [--data-dir FOLDER] [--days 5]
//
// Each size has a store of its own, loaded by `papergraph ingest` from generated days. With --data-dir, the stores are kept in folders of
// that folder; those that exist are used again, and loaded on from where they are.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openDatabase } from '#papergraph/database/connect';
import { dayOf } from '#papergraph/time/day';
import { growthQueries } from './growth/queries.ts';
import type { Benchmark, Section, Table } from './support/benchmark.ts';
import { runPapergraph } from './support/checkout.ts';
import { generatedDays, writeDay } from './support/corpus.ts';
import { measureQuery } from './support/measure-query.ts';
import { median } from './support/statistics.ts';
import { temporaryFolder } from './support/store.ts';

/** See the top of this file. */
export const growth: Benchmark = {
  about: 'times and blocks of reads, and an ingest of one day, as the store grows',
  run,
};

const OPTIONS = {
  sizes: { type: 'string', default: '10000,100000,1000000' },
  'data-dir': { type: 'string' },
  days: { type: 'string', default: '5' },
} as const;

/** Days that one command ingests, so that few files are written at once. */
const AT_ONCE = 50;
const MILLION = 1_000_000;

/** New papers of the day whose ingest is measured. */
const DAY = 200;
/** Numbers of the papers of measured days: above those of any store. */
const MEASURED_FROM = 4_000_000;
const MEASURED_DAY = Date.UTC(2030, 0, 1);

interface Cost {
  readonly ms: number;
  readonly blocks: number;
  /** Whether it should not grow. */
  readonly flat: boolean;
}

/** What one store was measured at. */
interface Grown {
  readonly papers: number;
  /** Bytes of the database. */
  readonly bytes: number;
  /** Milliseconds that the ingest of a day takes. */
  readonly day: number;
  readonly costs: ReadonlyMap<string, Cost>;
}

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const sizes = values.sizes.split(',').map(Number);
  const folder = values['data-dir'] ?? temporaryFolder();
  mkdirSync(folder, { recursive: true });
  try {
    const grown: Grown[] = [];
    for (const size of sizes) {
      const dataDir = path.join(folder, String(size));
      await load(dataDir, size);
      grown.push(await measure(dataDir, Number(values.days)));
    }
    return section(grown);
  } finally {
    if (values['data-dir'] === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Ingests the generated days that the store does not have yet. */
async function load(dataDir: string, size: number): Promise<void> {
  const days = generatedDays(size);
  const known = await withPool(dataDir, async (pool) => await storedDays(pool));
  const missing = days.filter(({ fileName }) => !known.has(fileName.slice(0, 10)));
  for (let from = 0; from < missing.length; from += AT_ONCE) {
    const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-days-'));
    const started = performance.now();
    const some = missing.slice(from, from + AT_ONCE);
    for (const day of some) writeDay(folder, day);
    const written = performance.now();
    await runPapergraph(['ingest', folder, '--source', 'bench', '--data-dir', dataDir]);
    rmSync(folder, { recursive: true });
    const seconds = [written - started, performance.now() - written].map((ms) => (ms / 1_000).toFixed(1));
    console.error(`${size}: ${some.at(-1)?.from} papers, written and ingested in ${seconds.join(' and ')} s`);
  }
  if (missing.length > 0)
    await withPool(dataDir, async (pool) => {
      await pool.query('vacuum analyze');
    });
}

async function storedDays(pool: pg.Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ found: boolean }>(`select to_regclass('digest') is not null as found`);
  if (rows[0]?.found !== true) return new Set();
  const digests = await pool.query<{ date: string }>('select date::text from digest');
  return new Set(digests.rows.map(({ date }) => date));
}

async function withPool<Result>(dataDir: string, use: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  await using database = await openDatabase({ dataDir });
  return await use(database.pool);
}

async function measure(dataDir: string, days: number): Promise<Grown> {
  return await withPool(dataDir, async (pool) => {
    const costs = new Map<string, Cost>();
    for (const { name, source, flat } of await growthQueries(pool)) {
      const { ms, blocks } = await measureQuery(pool, source);
      costs.set(name, { ms, blocks, flat });
      console.error(name, ms.toFixed(1), blocks);
    }
    const times: number[] = [];
    for (let day = 0; day < days; day += 1) times.push(await ingestDay(dataDir, pool));
    const { rows } = await pool.query<{ papers: number; bytes: number }>(
      'select count(*)::int as papers, pg_database_size(current_database())::float8 as bytes from paper',
    );
    const { papers = 0, bytes = 0 } = rows[0] ?? {};
    return { papers, bytes, day: median(times), costs };
  });
}

/** Ingests one more day of new papers. Returns what the run itself took, in milliseconds, without the start of the command. */
async function ingestDay(dataDir: string, pool: pg.Pool): Promise<number> {
  const first = dayOf(new Date(MEASURED_DAY));
  const earlier = await pool.query<{ days: number }>(
    'select count(*)::int as days from digest where date >= $1',
    [first],
  );
  const days = earlier.rows[0]?.days ?? 0;
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-days-'));
  const fileName = `${dayOf(new Date(MEASURED_DAY + days * 86_400_000))}_AI_enhanced_Chinese.jsonl`;
  const file = writeDay(folder, { fileName, from: MEASURED_FROM + days * DAY, papers: DAY });
  await runPapergraph(['ingest', file, '--source', 'bench', '--data-dir', dataDir]);
  rmSync(folder, { recursive: true });
  const { rows } = await pool.query<{ ms: number }>(
    'select duration_ms as ms from ingest_run order by started_at desc limit 1',
  );
  return rows[0]?.ms ?? Number.NaN;
}

function section(grown: readonly Grown[]): Section {
  const [small, large] = [grown[0], grown.at(-1)];
  if (small === undefined || large === undefined) throw new Error('expected at least one size');
  const growthOf = (name: string): number =>
    (large.costs.get(name)?.ms ?? Number.NaN) / (small.costs.get(name)?.ms ?? Number.NaN);
  const lists = [...large.costs].filter(([, { flat }]) => flat).map(([name]) => name);
  return {
    title: 'Growth',
    text: [
      `Generated papers; each store loaded by \`papergraph ingest\`. Milliseconds and 8 kB blocks of all statements of a query, in one ` +
        `process with nothing kept from one time to the next; medians, with everything cached in Postgres that fits. The ratio is that ` +
        `of the times in the largest store to those in the smallest. Facets have a deadline of three seconds.`,
    ],
    tables: [
      readsTable(grown, growthOf),
      {
        head: ['store', ...grown.map(({ papers }) => `${papers} papers`)],
        rows: [
          [`ingest of a day of ${DAY} papers, ms`, ...grown.map(({ day }) => day)],
          [
            'bytes of the database for each paper',
            ...grown.map((each) => (each.bytes / each.papers).toFixed(0)),
          ],
        ],
      },
    ],
    // The aims are about this size.
    figures:
      large.papers < MILLION
        ? {}
        : {
            'growth/lists': Math.max(...lists.map(growthOf)),
            'growth/day': large.day / small.day,
            'growth/day-ms': large.day,
            'growth/rare-ms': large.costs.get('filter by a rare category')?.ms ?? Number.NaN,
          },
  };
}

function readsTable(grown: readonly Grown[], growthOf: (name: string) => number): Table {
  const names = [...(grown[0]?.costs.keys() ?? [])];
  return {
    head: [
      'query',
      ...grown.map(({ papers }) => `ms at ${papers}`),
      ...grown.map(({ papers }) => `blocks at ${papers}`),
      'ratio of times',
    ],
    rows: names.map((name) => [
      name,
      ...grown.map(({ costs }) => costs.get(name)?.ms.toFixed(1) ?? ''),
      ...grown.map(({ costs }) => costs.get(name)?.blocks ?? ''),
      growthOf(name).toFixed(2),
    ]),
  };
}
