// The same request again and again, beside bare node:http that sends the same bytes:
//
//   npm run bench -- repeated [--papers 3000] [--data-dir FOLDER] [--seconds 2] [--rounds 5]
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, Section } from './support/benchmark.ts';
import { ask, get, post } from './support/http.ts';
import { peakMemoryOf } from './support/meter.ts';
import { installPeers } from './support/peers.ts';
import { startPapergraph, startPeer, type Server } from './support/servers.ts';
import { mebibytes } from './support/statistics.ts';
import { openStore } from './support/store.ts';
import { CONNECTIONS, ratio, Turns, type Measured, type Side } from './support/turns.ts';

const OPTIONS = {
  papers: { type: 'string', default: '3000' },
  'data-dir': { type: 'string' },
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '5' },
} as const;

const QUERIES = {
  large: `{ papers(first: 52) { nodes { title authors { nodes { name papers(first: 5) { nodes {
    title categories { code } } } } } } } }`,
  small: '{ papers(first: 20) { nodes { arxivId title firstDigestDate } } }',
  typename: '{ __typename }',
};
type Name = keyof typeof QUERIES;
const NAMES = Object.keys(QUERIES) as Name[];

/** See the top of this file. */
export const repeated: Benchmark = {
  about: 'repeated answers per second, compared with bare node:http that sends the same bytes',
  run,
};

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const duration = { seconds: Number(values.seconds), rounds: Number(values.rounds) };
  const node = installPeers();
  await using store = await openStore({ papers: Number(values.papers), dataDir: values['data-dir'] });
  const papergraph = await startPapergraph(store.dataDir, { node });
  const answers = path.join(store.folder, 'answers');
  mkdirSync(answers);
  for (const name of NAMES) {
    const response = await ask(papergraph, post(papergraph, QUERIES[name]));
    writeFileSync(path.join(answers, `${name}.json`), Buffer.from(await response.arrayBuffer()));
  }
  const bare = await startPeer('bare-http.ts', { node }, [answers]);
  const turns = new Turns(store.folder, store.postmaster);
  try {
    const measured = new Map<string, Measured[]>();
    for (const [name, sides] of await pairs(papergraph, bare)) {
      measured.set(name, await turns.measure(sides, duration));
      console.error(name, ...(measured.get(name) ?? []).map(({ rate }) => rate.toFixed(0)));
    }
    const memory = [papergraph, bare].map(({ pid }) => mebibytes(peakMemoryOf(pid)));
    return section(measured, { ...duration, memory });
  } finally {
    await turns.close();
    await Promise.all([papergraph.stop(), bare.stop()]);
  }
}

/** What is compared: both sides get the same request, but for its path. */
async function pairs(papergraph: Server, bare: Server): Promise<[name: string, sides: Side[]][]> {
  const pairOf = (request: string, name: Name, status = 200): Side[] => [
    { name: 'papergraph', server: papergraph, requests: [request], repeat: true, status },
    { name: 'bare', server: bare, requests: [request.replace(/ \S+/, ` /${name}`)], repeat: true, status },
  ];
  const found = NAMES.map((name): [string, Side[]] => [name, pairOf(post(papergraph, QUERIES[name]), name)]);
  for (const name of ['large', 'small'] as const) {
    const query = encodeURIComponent(QUERIES[name].replaceAll(/\s+/g, ' '));
    const { headers } = await ask(papergraph, get(papergraph, `/graphql?query=${query}`));
    const etag = headers.get('etag');
    if (etag === null) continue;
    const request = get(papergraph, `/graphql?query=${query}`, `If-None-Match: ${etag}\r\n`);
    found.push([`${name}/304`, pairOf(request, name, 304)]);
  }
  return found;
}

const ABOUT: Readonly<Record<string, string>> = {
  large: 'nested: 52 papers, their authors, 5 papers of each, their categories',
  small: 'flat: 20 papers',
  typename: '`{ __typename }`',
  'large/304': 'nested by GET, not modified (304)',
  'small/304': 'flat by GET, not modified (304)',
};

function section(
  measured: ReadonlyMap<string, readonly Measured[]>,
  { seconds, rounds, memory }: { seconds: number; rounds: number; memory: readonly string[] },
): Section {
  const figures: Record<string, number> = {};
  const rows = [...measured].map(([name, [ours, bare]]) => {
    if (ours === undefined || bare === undefined) return [];
    figures[`repeated/${name}`] = ratio(ours, bare);
    return [
      ABOUT[name] ?? name,
      ours.bytes.toFixed(0),
      ours.rate.toFixed(0),
      bare.rate.toFixed(0),
      ratio(ours, bare).toFixed(3),
      `${ours.serverCpu.toFixed(3)} + ${ours.postgresCpu.toFixed(3)}`,
      bare.serverCpu.toFixed(3),
    ];
  });
  const missing = Object.keys(ABOUT).filter((name) => !measured.has(name));
  return {
    title: 'Repeated reads',
    text: [
      `The same request again and again over ${CONNECTIONS} connections, by POST unless the table says otherwise, while nothing is ` +
        `ingested. Bare \`node:http\` reads the same requests and sends bytes of the same length from memory. Medians of ${rounds} rounds ` +
        `of ${seconds} s, by turns after a round of warm-up. CPU milliseconds for an answer: server + Postgres. Peak of resident ` +
        `memory: ${memory.join(' and ')} MiB.`,
      ...(missing.length === 0 ? [] : ['Answers had no ETag, so that 304 was not measured.']),
    ],
    tables: [
      {
        head: ['query', 'bytes', 'answers/s', 'bare `node:http`', 'ratio', 'CPU ms', 'bare, CPU ms'],
        rows,
      },
    ],
    figures,
  };
}
