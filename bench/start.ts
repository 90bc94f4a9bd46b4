// How long a start takes: `npm run bench -- start [ROUNDS, 9]`. All of it in turns, each in processes of their own:
// initdb and the first start of the same Postgres, `serve --sample` in an empty folder up to its first answer, `serve` on
// that store up to `/readyz`, and `--help`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { placeCluster } from '#papergraph/database/embedded/cluster-owner';
import { findBinaries } from '#papergraph/database/embedded/postgres-binaries';
import type { Benchmark } from './support/benchmark.ts';
import { median } from './support/statistics.ts';

const QUERY = '{ papers(first: 3) { nodes { title authors { nodes { name } } } } }';
const PROGRAM = 'bin/papergraph.js';

/** What one start took, in milliseconds; `cpu` is that of papergraph's own process, without Postgres. */
interface Taken {
  readonly wall: number;
  readonly cpu?: number;
}

/** The measures by name, each made in a new folder. */
const MEASURES = {
  'initdb and start': startPlain,
  'empty folder to first answer': async (folder: string) => await startPapergraph(folder, ['--sample'], ask),
  'existing store to ready': async (folder: string) => {
    await startPapergraph(folder, ['--sample'], ask);
    return await startPapergraph(folder, [], isReady);
  },
  '--help': printHelp,
};

/** How long papergraph takes to start. */
export const start: Benchmark = {
  about: 'a start in an empty folder, a start on an existing store, and --help',
  run: async ([rounds = '9']) => {
    const taken = new Map<string, Taken[]>(Object.keys(MEASURES).map((name) => [name, []]));
    for (let round = 0; round < Number(rounds); round += 1)
      for (const [name, measure] of Object.entries(MEASURES))
        taken.get(name)?.push(await inNewFolder(measure));
    const rows = [...taken].map(([name, times]) => ({
      name,
      wall: Math.round(median(times.map(({ wall }) => wall))),
      cpu: times.flatMap(({ cpu }) => cpu ?? []),
    }));
    const wallOf = (name: keyof typeof MEASURES): number =>
      rows.find((row) => row.name === name)?.wall ?? NaN;
    const ratio = wallOf('empty folder to first answer') / wallOf('initdb and start');
    return {
      title: 'Start',
      text: [
        `Medians of ${rounds} rounds in turns, in milliseconds. The first answer has papers with their authors. CPU time is ` +
          'that of papergraph without Postgres. ' +
          `An empty folder to the first answer takes ${ratio.toFixed(2)} times as long as initdb and start.`,
      ],
      tables: [
        {
          head: ['start', 'wall time', 'CPU time'],
          rows: rows.map(({ name, wall, cpu }) => [
            name,
            wall,
            cpu.length === 0 ? '' : Math.round(median(cpu)),
          ]),
        },
      ],
      figures: {
        'start/sample-to-initdb': ratio,
        'start/existing-ms': wallOf('existing store to ready'),
        'start/help-ms': wallOf('--help'),
      },
    };
  },
};

async function inNewFolder(measure: (folder: string) => Promise<Taken>): Promise<Taken> {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  // As root, Postgres runs as another user.
  chmodSync(folder, 0o755);
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes and starts a cluster with the same programs and no options but those that they need. */
async function startPlain(folder: string): Promise<Taken> {
  const place = placeCluster(path.join(folder, 'data'));
  const { initdb, postgres, env } = findBinaries(place);
  const { uid, gid } = place.owner;
  if (uid !== undefined && gid !== undefined) chownSync(place.dir, uid, gid);
  const cluster = path.join(place.dir, 'pg');
  const options = { ...place.owner, env, cwd: '/' };
  const began = performance.now();
  await promisify(execFile)(
    initdb,
    ['-D', cluster, '-U', 'papergraph', '-E', 'UTF8', '--locale=C.UTF-8'],
    options,
  );
  const server = spawn(postgres, ['-D', cluster, '-k', cluster, '-c', 'listen_addresses='], {
    ...options,
    stdio: 'ignore',
  });
  const pidFile = path.join(cluster, 'postmaster.pid');
  while (!existsSync(pidFile) || !readFileSync(pidFile, 'utf8').includes('ready')) await sleep(2);
  const wall = performance.now() - began;
  server.kill('SIGINT');
  await once(server, 'exit');
  return { wall };
}

/** Starts a server, waits until `done` resolves with true for its URL, and stops it. */
async function startPapergraph(
  folder: string,
  flags: readonly string[],
  done: (url: string) => Promise<boolean>,
): Promise<Taken> {
  const argv = ['serve', '--port', '0', '--data-dir', path.join(folder, 'data'), '--log-level', 'warn'];
  const { DATABASE_URL: _, ...env } = process.env;
  const began = performance.now();
  const server = spawn(process.execPath, [PROGRAM, ...argv, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = /(http:\S+)\/graphql/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    });
    server.once('exit', () => reject(new Error(`the server ended: ${printed}`)));
  });
  while (!(await done(url))) await sleep(2);
  const wall = performance.now() - began;
  const cpu = cpuOf(server.pid ?? 0);
  server.kill('SIGTERM');
  await once(server, 'close');
  return { wall, ...(cpu !== undefined && { cpu }) };
}

async function ask(url: string): Promise<boolean> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  });
  const { data } = (await response.json()) as { data: { papers: { nodes: readonly unknown[] } } };
  if (data.papers.nodes.length !== 3) throw new Error('expected an answer with three papers');
  return true;
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  await response.arrayBuffer();
  return response.status === 200;
}

async function printHelp(): Promise<Taken> {
  const began = performance.now();
  await promisify(execFile)(process.execPath, [PROGRAM, '--help']);
  return { wall: performance.now() - began };
}

/** Linux counts in hundredths of a second; undefined on other systems. */
function cpuOf(pid: number): number | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
