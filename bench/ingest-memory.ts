// How much memory an ingest needs for a small file and for a large one of the same kind of records:
//
//   npm run bench -- ingest-memory [MB of the large file, 200]
//
// Uses the database of DATABASE_URL, whose content the runs replace; without it, an embedded Postgres in a temporary folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Benchmark, Section } from './support/benchmark.ts';
import { writeDigest } from './support/write-digest.ts';

/** See the top of this file. */
export const ingestMemory: Benchmark = {
  about: 'the memory of an ingest for a small and for a large file',
  run,
};

async function run([largeMb = '200']: readonly string[]): Promise<Section> {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  // The user that runs Postgres must be able to enter.
  chmodSync(folder, 0o755);
  try {
    const rows = [];
    for (const [index, size] of [2, Number(largeMb)].entries()) {
      const file = path.join(folder, `2026-01-0${index + 1}_AI_enhanced_Chinese.jsonl`);
      const records = await writeDigest(file, { bytes: size * 1e6 });
      const { peak, seconds } = await ingest(file, folder);
      rows.push([`${size} MB`, records, peak.toFixed(0), seconds.toFixed(1)]);
    }
    return {
      title: 'Memory of an ingest',
      text: [
        'Peak of resident memory of the command, without Postgres. A JSONL file of 60 MB took 617 MB in a transaction of Prisma, and ' +
          '173 MB in one of `pg`, when the ingest was first written.',
      ],
      tables: [{ head: ['file', 'records', 'peak, MiB', 'seconds'], rows }],
      figures: {},
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ingests a file in a process of its own. Peak in MiB. Rejects if the ingest fails. */
async function ingest(file: string, folder: string): Promise<{ peak: number; seconds: number }> {
  const report = path.join(folder, 'peak.mjs');
  writeFileSync(report, `process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS));`);
  const command = ['bin/papergraph.js', 'ingest', file, '--source', 'bench', '--json'];
  const dataDir = path.join(folder, path.basename(file, '.jsonl'));
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', report, ...command, '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  const peak = Number(/^peak (\d+)$/m.exec(printed)?.[1]) / 1024;
  if (status !== 0 || Number.isNaN(peak))
    throw new Error(`ingest of ${file} ended with status ${status}: ${printed}`);
  return { peak, seconds: (performance.now() - started) / 1e3 };
}
