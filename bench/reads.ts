// Answers that are made anew for each request, beside the peers:
//
//   npm run bench -- reads [--only NAME,…] [--papers 12000] [--digests FOLDER] [--data-dir FOLDER] [--seconds 2] [--rounds 3]
//
// All contenders answer from one Postgres, and are measured by turns. --digests takes real digests instead of generated papers;
// --data-dir keeps the store, and uses it again as it is. Options: --only names the queries.
import { deepStrictEqual } from 'node:assert';
import { parseArgs } from 'node:util';
import { createPeerSchema, startContenders, type Contender } from './reads/contenders.ts';
import { readData, type Data } from './reads/data.ts';
import { drawAll } from './reads/draw.ts';
import { QUERIES, type Query } from './reads/queries.ts';
import type { Benchmark, Section } from './support/benchmark.ts';
import { dataOf } from './support/http.ts';
import { peakMemoryOf } from './support/meter.ts';
import { installPeers } from './support/peers.ts';
import { mebibytes } from './support/statistics.ts';
import { openStore } from './support/store.ts';
import { CONNECTIONS, ratio, Turns, type Duration, type Measured } from './support/turns.ts';

const OPTIONS = {
  only: { type: 'string' },
  papers: { type: 'string', default: '12000' },
  digests: { type: 'string' },
  'data-dir': { type: 'string' },
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '3' },
} as const;

/** Requests that are compared before measuring. */
const COMPARED = 25;
/** Requests for a second of each round. */
const PER_SECOND = 5_000;

/** See the top of this file. */
export const reads: Benchmark = {
  about: 'cold answers per second for lists, filters and counts, compared with PostGraphile and SQL by hand',
  run,
};

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const duration = { seconds: Number(values.seconds), rounds: Number(values.rounds) };
  const names = values.only?.split(',') ?? Object.keys(QUERIES);
  const node = installPeers();
  const { digests, 'data-dir': dataDir } = values;
  await using store = await openStore({ papers: Number(values.papers), digests, dataDir });
  await createPeerSchema(store);
  const data = await readData(store.pool);
  const contenders = await startContenders(store, data, node);
  const turns = new Turns(store.folder, store.postmaster);
  try {
    const measured = new Map<string, Measured[]>();
    for (const name of names) {
      const query = QUERIES[name];
      if (query === undefined)
        throw new Error(`expected one of ${Object.keys(QUERIES).join(', ')}, got ${name}`);
      measured.set(name, await measure({ name, query, data, contenders, turns, duration }));
      console.error(name, ...(measured.get(name) ?? []).map(({ rate }) => rate.toFixed(0)));
    }
    const memory = contenders.map(({ name, server }) => [name, mebibytes(peakMemoryOf(server.pid))]);
    const { rows } = await store.pool.query<{ papers: number }>('select count(*)::int as papers from paper');
    return section(measured, { memory, papers: rows[0]?.papers ?? 0, duration });
  } finally {
    await turns.close();
    await Promise.all(contenders.map(async ({ server }) => await server.stop()));
  }
}

interface Measurement {
  readonly name: string;
  readonly query: Query;
  readonly data: Data;
  readonly contenders: readonly Contender[];
  readonly turns: Turns;
  readonly duration: Duration;
}

/** Checks that all contenders return the same papers, then measures them. */
async function measure({ name, query, data, contenders, turns, duration }: Measurement): Promise<Measured[]> {
  const drawn = drawAll(query, data, duration.seconds * (duration.rounds + 1) * PER_SECOND);
  const [sample] = drawn;
  if (sample === undefined) throw new Error(`expected data for the query ${name}, got none`);
  const writers = await Promise.all(contenders.map(async (each) => await each.prepare(name, query, sample)));
  for (const args of drawn.slice(0, COMPARED)) {
    const answers = await Promise.all(
      contenders.map(async ({ server }, index) => {
        const request = writers[index]?.(args) ?? '';
        return { request, leaves: leavesOf(await dataOf<unknown>(server, request)) };
      }),
    );
    for (const { leaves, request } of answers)
      deepStrictEqual(
        leaves,
        answers[0]?.leaves,
        `${name}: answers differ\n${answers[0]?.request}\n${request}`,
      );
  }
  const sides = contenders.map((contender, index) => ({
    name: `${contender.name}, ${name}`,
    server: contender.server,
    requests: drawn.map((args) => writers[index]?.(args) ?? ''),
    // The peers keep no answers: if they are faster than that, they may begin again.
    repeat: contender.name !== 'papergraph',
  }));
  return await turns.measure(sides, duration);
}

/** The values of an answer. Names and nesting of objects differ between the contenders; order and values must not. */
function leavesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(leavesOf);
  if (typeof value !== 'object' || value === null) return value;
  const leaves = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (inner === null || key === 'edges') return [];
    const own = leavesOf(inner);
    return Array.isArray(own) || typeof own !== 'object' ? [[key, own]] : Object.entries(own as object);
  });
  return Object.fromEntries(leaves.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Facts {
  readonly memory: (string | number)[][];
  readonly papers: number;
  readonly duration: Duration;
}

const HEAD = [
  'query',
  'bytes',
  'answers/s',
  'PostGraphile',
  'SQL',
  'against PostGraphile',
  'against SQL',
  'CPU ms',
  'PostGraphile',
  'SQL',
];

function section(
  measured: ReadonlyMap<string, readonly Measured[]>,
  { memory, papers, duration }: Facts,
): Section {
  const figures: Record<string, number> = {};
  const rows = [...measured].map(([name, [ours, postgraphile, sql]]) => {
    if (ours === undefined || postgraphile === undefined || sql === undefined) return [];
    const ratios = [ratio(ours, postgraphile), ratio(ours, sql)] as const;
    [figures[`reads/${name}/postgraphile`], figures[`reads/${name}/sql`]] = ratios;
    const all = [ours, postgraphile, sql];
    return [
      QUERIES[name]?.about ?? name,
      ours.bytes.toFixed(0),
      ...all.map(({ rate }) => rate.toFixed(0)),
      ...ratios.map((each) => each.toFixed(2)),
      ...all.map(({ serverCpu, postgresCpu }) => `${serverCpu.toFixed(2)} + ${postgresCpu.toFixed(2)}`),
    ];
  });
  const differing = [...measured.keys()].map(
    (name) => `- ${QUERIES[name]?.about ?? name}: ${QUERIES[name]?.differs ?? ''}`,
  );
  return {
    title: 'Cold reads',
    text: [
      `No two requests of a measurement are the same, so that no finished answer can be sent again. Values are ` +
        `variables. All contenders answer the same requests in the same order, from one Postgres with ` +
        `${papers} papers, over ${CONNECTIONS} connections; before a query is measured, ${COMPARED} answers of each are compared. ` +
        `Medians of ${duration.rounds} rounds of ${duration.seconds} s, the contenders by turns after a round of warm-up; a ratio is ` +
        `the median of the rounds' ratios, above 1 if Papergraph is faster. CPU milliseconds for an answer: server + Postgres.`,
      `PostGraphile 5 has views of the same tables, and indexes for its cursors. SQL is one prepared statement for each query, ` +
        `written by hand, on bare \`node:http\`. Both are in \`bench/peers/\`.`,
      `What differs between two requests:\n\n${differing.join('\n')}`,
    ],
    tables: [
      { head: HEAD, rows },
      { head: ['server', 'peak of resident memory, MiB'], rows: memory },
    ],
    figures,
  };
}
