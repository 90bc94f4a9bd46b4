// How much memory an ingest takes for a small file and for a large one of the same records.
//
//   node bench/ingest-memory.js [MB of the large file, 200]
//
// Uses the built program (npm run build), a folder of its own below the temporary one, and the database of DATABASE_URL, whose
// content the runs replace; without it, an embedded Postgres.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { writeDigest } from './write-digest.js';

const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
// The user that Postgres runs as must be able to enter.
chmodSync(folder, 0o755);
try {
  const sizes = [2, Number(process.argv[2] ?? 200)];
  const peaks = [];
  for (const [index, size] of sizes.entries()) {
    const file = path.join(folder, `2026-01-0${index + 1}_AI_enhanced_Chinese.jsonl`);
    const records = await writeDigest(file, { bytes: size * 1e6 });
    const { peak, seconds } = await ingest(file);
    peaks.push(peak);
    console.log(`${size} MB, ${records} records: ${peak.toFixed(0)} MB at the peak, ${seconds.toFixed(1)} s`);
  }
  console.log(`the large file takes ${(peaks[1] - peaks[0]).toFixed(0)} MB more than the small one`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function ingest(file) {
  const report = path.join(folder, 'peak.mjs');
  writeFileSync(report, `process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS));`);
  const data = ['--data-dir', path.join(folder, path.basename(file, '.jsonl'))];
  const args = [
    '--import',
    report,
    'bin/papergraph.js',
    'ingest',
    file,
    '--source',
    'bench',
    '--json',
    ...data,
  ];
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const [status] = await once(child, 'close');
  const peak = Number(/^peak (\d+)$/m.exec(said)?.[1]) / 1024;
  if (status !== 0 || Number.isNaN(peak)) throw new Error(`ingest of ${file} ended with ${status}: ${said}`);
  return { peak, seconds: Number(process.hrtime.bigint() - started) / 1e9 };
}
