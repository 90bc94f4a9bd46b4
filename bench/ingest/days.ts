import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openDatabase, type Database } from '#papergraph/database/connect';
import { removeDigests } from '#papergraph/ingest/remove-digests';
import { ingestRecords } from '../support/ingest-records.ts';
import { median } from '../support/statistics.ts';
import { writeDigest } from '../support/write-digest.ts';
import type { Databases } from './databases.ts';
import { firstLoad, type Load } from './first-load.ts';

const DAY_PAPERS = 200;
const DAYS = 5;

/** Stores, revises and removes days of 200 papers in a store of generated papers. Medians of five days. */
export async function changeDays(
  databases: Databases,
  folder: string,
  papers: number,
): Promise<[what: string, load: Load][]> {
  const all = path.join(folder, '2020-01-01_AI_enhanced_Chinese.jsonl');
  await writeDigest(all, { records: papers });
  await firstLoad(databases, 'large', [all]);
  const client = await databases.connect('large');
  await client.query('vacuum analyze');
  await client.end();
  await using database = await openDatabase({ url: databases.url('large'), dataDir: '' });
  const steps: readonly [string, (database: Database, day: Day) => Promise<unknown>][] = [
    ['a day', async ({ pool }, { fileName, records }) => await ingestRecords(pool, fileName, records)],
    [
      'its revision, one title in ten changed',
      async ({ pool }, { fileName, records }) => await ingestRecords(pool, fileName, records.map(revised)),
    ],
    ['its removal', async (opened, { date }) => await removeDigests(opened, { source: 'bench', date })],
  ];
  const loads = new Map<string, Load[]>(steps.map(([what]) => [what, []]));
  // The first day only warms up.
  for (let n = 0; n <= DAYS; n += 1) {
    const day = await writeDay(folder, n, papers);
    for (const [what, step] of steps) {
      const load = await measure(databases, async () => await step(database, day));
      if (n > 0) loads.get(what)?.push(load);
    }
  }
  const middle = (list: readonly Load[], value: (load: Load) => number): number => median(list.map(value));
  return Array.from(loads, ([what, each]) => [
    `${what}, in a store of ${papers.toLocaleString('en')} papers`,
    {
      seconds: middle(each, ({ seconds }) => seconds),
      nodeCpu: middle(each, ({ nodeCpu }) => nodeCpu),
      postgresCpu: middle(each, ({ postgresCpu }) => postgresCpu),
    },
  ]);
}

async function measure(databases: Databases, step: () => Promise<unknown>): Promise<Load> {
  const [postgres, node, started] = [databases.cpu(), process.cpuUsage(), performance.now()];
  await step();
  const seconds = (performance.now() - started) / 1e3;
  const { user, system } = process.cpuUsage(node);
  return { seconds, nodeCpu: (user + system) / 1e6, postgresCpu: databases.cpu() - postgres };
}

/** A day's digest. */
interface Day {
  readonly date: string;
  readonly fileName: string;
  readonly records: readonly { readonly title: string }[];
}

async function writeDay(folder: string, n: number, papers: number): Promise<Day> {
  const date = `2025-06-0${n + 1}`;
  const fileName = `${date}_AI_enhanced_Chinese.jsonl`;
  const file = path.join(folder, fileName);
  await writeDigest(file, { records: DAY_PAPERS, from: papers + n * DAY_PAPERS });
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { date, fileName, records: lines.map((line) => JSON.parse(line) as { title: string }) };
}

function revised<T extends { readonly title: string }>(record: T, index: number): T {
  return index % 10 === 0 ? { ...record, title: `${record.title} revised` } : record;
}
