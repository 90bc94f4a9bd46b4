// How many answers a second a server returns over a store of generated papers:
//
//   npm run bench -- queries [--against FOLDER] [--papers 12000] [--seconds 5] [--rounds 5]
//
// --against compares with another checkout, which must be built: both servers run, and are measured by turns, so that a machine
// that slows down slows both. Each has an embedded Postgres in a temporary folder. Client and server share the machine: ratios
// hold better than rates.
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Checkout } from './support/checkout.ts';
import type { Benchmark, Section } from './support/benchmark.ts';
import { median } from './support/statistics.ts';
import { writeDigest } from './support/write-digest.ts';

const CONNECTIONS = 16;
const WARM_UP_MS = 1_000;
const QUERIES = {
  'nested: 20 papers, their authors, 5 papers of each, their categories': `{ papers(first: 20) { nodes { title
    authors { nodes { name papers(first: 5) { nodes { title categories { code } } } } } } } }`,
  'flat: 20 papers': '{ papers(first: 20) { nodes { arxivId title firstDigestDate } } }',
  'floor: `{ __typename }`': '{ __typename }',
};

const OPTIONS = {
  against: { type: 'string' },
  papers: { type: 'string', default: '12000' },
  seconds: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '5' },
} as const;

interface Measured {
  /** Answers a second. */
  readonly rate: number;
  /** The size of an answer. */
  readonly bytes: number;
}

/** See the top of this file. */
export const queries: Benchmark = {
  about: 'answers per second for a nested query and a flat list, also compared with another checkout',
  run,
};

async function run(argv: readonly string[]): Promise<Section> {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  // The user that runs Postgres must be able to enter.
  chmodSync(folder, 0o755);
  const folders = [process.cwd(), ...(values.against === undefined ? [] : [values.against])];
  const checkouts = folders.map((at, index) => new Checkout(at, path.join(folder, `data-${index}`)));
  try {
    const file = path.join(folder, '2026-01-01_AI_enhanced_Chinese.jsonl');
    await writeDigest(file, { records: Number(values.papers) });
    for (const checkout of checkouts) await checkout.ingest(file);
    const urls = await Promise.all(checkouts.map(async (checkout) => await checkout.serve()));
    return await compare(urls, { ms: Number(values.seconds) * 1_000, rounds: Number(values.rounds) });
  } finally {
    await Promise.all(checkouts.map(async (checkout) => await checkout.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(
  urls: readonly string[],
  { ms, rounds }: { ms: number; rounds: number },
): Promise<Section> {
  // The first round only warms the servers up.
  for (const query of Object.values(QUERIES)) for (const url of urls) await measure(url, query, ms);
  const rows = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    const measured: Measured[][] = urls.map(() => []);
    for (let round = 0; round < rounds; round += 1)
      for (const [index, url] of urls.entries()) measured[index]?.push(await measure(url, query, ms));
    rows.push([name, ...cells(measured)]);
  }
  const other = urls.length > 1 ? ['answers/s there', 'ratio of times, here to there'] : [];
  return {
    title: 'Queries of two checkouts',
    text: [
      `${CONNECTIONS} connections; client and servers on the same machine, the servers measured by turns. Medians of ${rounds} ` +
        `rounds of ${ms / 1_000} s; the ratio is the median of the rounds' ratios.`,
    ],
    tables: [{ head: ['query', 'bytes', 'answers/s here', ...other], rows }],
    figures: {},
  };
}

/** The figures of one query: of this checkout, and of the other one if there is one. */
function cells([here = [], there]: readonly Measured[][]): string[] {
  const rate = (all: readonly Measured[]): string => median(all.map((each) => each.rate)).toFixed(0);
  const bytes = String(here.at(-1)?.bytes ?? 0);
  if (there === undefined) return [bytes, rate(here)];
  // Of the two measurements of each round, which the same load of the machine affects.
  const ratios = here.map((ours, round) => (there[round]?.rate ?? Number.NaN) / ours.rate);
  return [bytes, rate(here), rate(there), median(ratios).toFixed(2)];
}

/** Asks over CONNECTIONS that each ask again as soon as they are answered, `ms` milliseconds long after a warm-up. */
async function measure(url: string, query: string, ms: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ query });
  let [answers, bytes] = [0, 0];
  const from = performance.now() + WARM_UP_MS;
  const until = from + ms;
  const ask = async (): Promise<void> => {
    while (performance.now() < until) {
      bytes = await post(url, body, agent);
      if (performance.now() >= from) answers += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  agent.destroy();
  return { rate: (answers / ms) * 1_000, bytes };
}

/** Returns the size of the answer. Rejects unless its status is 200. */
async function post(url: string, body: string, agent: Agent): Promise<number> {
  const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
  if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`);
  return bytes;
}
