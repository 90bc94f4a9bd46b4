// Where the CPU time of a server goes, for cold nested and flat queries:
//
//   npm run bench -- profile [--against FOLDER] [--only nested,flat] [--papers 3000] [--seconds 5]
//
// --against also profiles another built checkout, on a store of its own. The program is run as it was compiled, not as it is bundled, so that
// each function belongs to a file.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createPeerSchema, papergraph } from './reads/contenders.ts';
import { readData } from './reads/data.ts';
import { drawAll } from './reads/draw.ts';
import { QUERIES } from './reads/queries.ts';
import type { Benchmark, Section } from './support/benchmark.ts';
import { sharesOf, type CpuProfile } from './support/cpu-profile.ts';
import { startPapergraph } from './support/servers.ts';
import { openStore, type Store } from './support/store.ts';
import { Turns, type Measured } from './support/turns.ts';

/** See the top of this file. */
export const profile: Benchmark = {
  about: "where a server's CPU time goes, also compared with another checkout",
  run,
};

const OPTIONS = {
  against: { type: 'string' },
  only: { type: 'string', default: 'nested,flat' },
  papers: { type: 'string', default: '3000' },
  seconds: { type: 'string', default: '5' },
} as const;

/** Requests for a second: more than a profiled server answers. */
const PER_SECOND = 4_000;

interface Profiled extends Measured {
  /** Such as `nested here`. */
  readonly title: string;
  /** Shares of the CPU time by what it was spent on, from 0 to 1. */
  readonly shares: ReadonlyMap<string, number>;
}

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const checkouts = { here: process.cwd(), ...(values.against !== undefined && { there: values.against }) };
  const profiled: Profiled[] = [];
  for (const [where, checkout] of Object.entries(checkouts)) {
    await using store = await openStore({ papers: Number(values.papers), checkout });
    await createPeerSchema(store);
    for (const name of values.only.split(','))
      profiled.push({
        title: Object.keys(checkouts).length > 1 ? `${name} ${where}` : name,
        ...(await profileQuery(name, { store, checkout, seconds: Number(values.seconds) })),
      });
  }
  return section(profiled.toSorted((a, b) => a.title.localeCompare(b.title)));
}

interface Run {
  readonly store: Store;
  readonly checkout: string;
  readonly seconds: number;
}

async function profileQuery(
  name: string,
  { store, checkout, seconds }: Run,
): Promise<Omit<Profiled, 'title'>> {
  const query = QUERIES[name];
  if (query === undefined) throw new Error(`expected one of ${Object.keys(QUERIES).join(', ')}, got ${name}`);
  const data = await readData(store.pool);
  const requests = drawAll(query, data, 2 * seconds * PER_SECOND);
  const folder = mkdtempSync(path.join(store.folder, 'profile-'));
  const flags = ['--cpu-prof', '--cpu-prof-dir', folder];
  const server = await startPapergraph(store.dataDir, {
    node: process.execPath,
    flags,
    checkout,
    program: 'dist/main.js',
  });
  const turns = new Turns(store.folder, store.postmaster);
  try {
    const [sample = {}] = requests;
    const write = await papergraph(server, data).prepare(name, query, sample);
    const side = { name, server, requests: requests.map(write), repeat: false };
    const from = Number(process.hrtime.bigint() / 1_000n);
    const [measured] = await turns.measure([side], { seconds, rounds: 1 });
    // The profile is written when the server ends.
    await server.stop();
    const [file = ''] = readdirSync(folder);
    const shares = sharesOf(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as CpuProfile, from);
    return { ...(measured as Measured), shares };
  } finally {
    await turns.close();
    await server.stop();
  }
}

function section(profiled: readonly Profiled[]): Section {
  const names = [...new Set(profiled.flatMap(({ shares }) => [...shares.keys()]))];
  const shareOf = (name: string): number[] => profiled.map(({ shares }) => shares.get(name) ?? 0);
  const rows = names
    .toSorted((a, b) => Math.max(...shareOf(b)) - Math.max(...shareOf(a)))
    .map((name) => [name, ...shareOf(name).map((share) => `${(share * 100).toFixed(1)} %`)]);
  const cpu = (of: (each: Profiled) => number): string[] => profiled.map((each) => of(each).toFixed(2));
  return {
    title: 'Profile',
    text: [
      'Cold requests as in `reads`. Shares of the CPU time of the server, idle time left out, while it answers; under the ' +
        'profiler, which makes it slower. Parts of the program are named by their folder of `src`.',
    ],
    tables: [
      {
        head: ['', ...profiled.map(({ title }) => title)],
        rows: [
          ['CPU ms for an answer, server', ...cpu(({ serverCpu }) => serverCpu)],
          ['CPU ms for an answer, Postgres', ...cpu(({ postgresCpu }) => postgresCpu)],
          ...rows,
        ],
      },
    ],
    figures: {},
  };
}
