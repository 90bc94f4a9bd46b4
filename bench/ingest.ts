// How fast digests are stored, beside COPY of the finished rows into the same tables:
//
//   npm run bench -- ingest [--digests FOLDER] [--papers 3000] [--store 10000] [--rounds 3]
//
// --digests takes real digests for the first load instead of generated ones. --store is the number of generated papers in the store
// that takes a day's digest. Everything runs in an embedded Postgres in a temporary folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbedded } from '#papergraph/database/embedded/embedded';
import { changeDays } from './ingest/days.ts';
import { firstLoad, type Load } from './ingest/first-load.ts';
import { copyRows } from './ingest/copy-rows.ts';
import { Databases } from './ingest/databases.ts';
import type { Section } from './support/benchmark.ts';
import { mebibytes, median } from './support/statistics.ts';
import { writeDigest } from './support/write-digest.ts';

export const about = 'the time to store digests, compared with COPY of the finished rows';

const OPTIONS = {
  digests: { type: 'string' },
  papers: { type: 'string', default: '3000' },
  store: { type: 'string', default: '10000' },
  rounds: { type: 'string', default: '3' },
} as const;

export async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  // The user that runs Postgres must be able to enter.
  chmodSync(folder, 0o777);
  const embedded = await openEmbedded(path.join(folder, 'data'));
  const postmaster = Number(readFileSync(path.join(embedded.where, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const databases = new Databases(embedded.connection, postmaster);
  try {
    const files = filesOf(values.digests ?? (await writeDays(folder, Number(values.papers))));
    const loads: Load[] = [];
    const copies: Load[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      loads.push(await firstLoad(databases, 'loaded', files));
      copies.push(await copyRows(databases, { from: 'loaded', to: 'copied', folder }));
    }
    const growth = (await databases.sizeOf('loaded')) - (await databases.emptySize());
    const days = await changeDays(databases, folder, Number(values.store));
    const input = files.reduce((sum, file) => sum + statSync(file).size, 0);
    return section({ loads, copies, days, bytes: growth / input, files: files.length, input });
  } finally {
    await databases.close();
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.(jsonl|md)$/.test(name));
  return names.toSorted().map((name) => path.join(folder, name));
}

const DAY_PAPERS = 200;

async function writeDays(folder: string, papers: number): Promise<string> {
  const days = mkdtempSync(path.join(folder, 'days-'));
  for (let day = 0; day * DAY_PAPERS < papers; day += 1) {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    const file = path.join(days, `${date}_AI_enhanced_Chinese.jsonl`);
    await writeDigest(file, { records: DAY_PAPERS, from: day * DAY_PAPERS });
  }
  return days;
}

interface Results {
  readonly loads: readonly Load[];
  readonly copies: readonly Load[];
  readonly days: readonly (readonly [what: string, load: Load])[];
  /** Bytes of the store for each byte of its digests. */
  readonly bytes: number;
  readonly files: number;
  readonly input: number;
}

function section({ loads, copies, days, bytes, files, input }: Results): Section {
  const ratio = median(loads.map(({ seconds }, round) => (copies[round]?.seconds ?? NaN) / seconds));
  const row = (what: string, all: readonly Load[]): (string | number)[] => [
    what,
    median(all.map(({ seconds }) => seconds)).toFixed(2),
    median(all.map(({ nodeCpu }) => nodeCpu)).toFixed(2),
    median(all.map(({ postgresCpu }) => postgresCpu)).toFixed(2),
  ];
  const peak = Math.max(...loads.map(({ peakBytes }) => peakBytes ?? 0));
  return {
    title: 'Ingest',
    text: [
      `First load: ${files} digests of ${mebibytes(input)} MiB into an empty store, by \`papergraph ingest\`, in turns with COPY of ` +
        'the same rows, in binary form, into empty tables with the same indexes and constraints. Medians. A load takes ' +
        `${mebibytes(peak)} MiB of memory at most. The store takes ${bytes.toFixed(1)} bytes for each byte of its digests.`,
    ],
    tables: [
      {
        head: ['', 'seconds', 'CPU s, Node', 'CPU s, Postgres'],
        rows: [
          row('first load', loads),
          row('COPY', copies),
          ...days.map(([what, load]) => row(what, [load])),
        ],
      },
    ],
    figures: { 'first-load/copy': ratio, 'bytes/input': bytes, 'day/seconds': days[0]?.[1].seconds ?? NaN },
  };
}
