// What queries cost in a large store:
//
//   npm run bench -- query-plans [PAPERS, 200000] [--url POSTGRES_URL] [--plans]
//
// --url is an empty database, or with 0 papers one that is filled already; by default an embedded one in a temporary folder. Fills it with generated papers, and measures for each query the rows that it
// returns, the 8 kB blocks that Postgres reads for it, its time and its number of statements. --plans prints the plans too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { openDatabase, type Database } from '#papergraph/database/connect';
import { ingestFile } from '#papergraph/ingest/ingest-file';
import { upgradeStore } from '#papergraph/ingest/upgrade-store';
import { findFiles } from '#papergraph/sources/find-files';
import { dayOf } from '#papergraph/time/day';
import type { Benchmark, Section } from './support/benchmark.ts';
import { measureQuery } from './support/measure-query.ts';
import { withEmbedded } from './support/embedded.ts';
import { writeDigest } from './support/write-digest.ts';

type Pool = Database['pool'];

const PER_DAY = 2_000;

const PAGE = 'totalCount edges { score node { arxivId title } }';
const FACETS =
  'facets { categories { value count } authors { value count } sources { count } languages { count } withCode timeline(interval: MONTH) { count } }';
const search = (text: string): string => `filter: {search: ${JSON.stringify(text)}}`;

const QUERIES = {
  'list: 20 newest': '{ papers { nodes { title } } }',
  'list: 20 by title, from the end': '{ papers(orderBy: TITLE, last: 20) { nodes { title } } }',
  'list: all counted': '{ papers(first: 0) { totalCount } }',
  "an author's 20 newest": '{ authors(first: 1) { nodes { papers { nodes { title } } } } }',
  "an author's coauthors": '{ authors(first: 1) { nodes { coauthors { totalCount nodes { name } } } } }',
  'search: a rare word': `{ papers(${search('titiferfer')}) { ${PAGE} } }`,
  'search: two words': `{ papers(${search('quantum segmentation')}) { ${PAGE} } }`,
  'search: a phrase': `{ papers(${search('"reinforcement learning"')}) { ${PAGE} } }`,
  'search: a Chinese phrase': `{ papers(${search('"强化学习"')}) { ${PAGE} } }`,
  'search: a word in half of all papers': `{ papers(${search('learning')}) { ${PAGE} } }`,
  'search: the same, newest first': `{ papers(orderBy: NEWEST, ${search('learning')}) { edges { node { title } } } }`,
  'search: an author': `{ papers(${search('author:"speech loralo"')}) { ${PAGE} } }`,
  'search: a word in one category': `{ papers(${search('titiferfer category:cs.CV')}) { ${PAGE} } }`,
  'search with highlights': `{ papers(${search('quantum segmentation')}) { edges { highlights { field ranges { start } } } } }`,
  'facets: of a rare word': `{ papers(first: 0, ${search('titiferfer')}) { totalCount ${FACETS} } }`,
  'facets: of two words': `{ papers(first: 0, ${search('quantum segmentation')}) { totalCount ${FACETS} } }`,
  'facets: of a word in half of all papers': `{ papers(first: 0, ${search('learning')}) { ${FACETS} } }`,
  'facets: of all papers': `{ papers(first: 0) { ${FACETS} } }`,
  'related papers': '{ papers(first: 1) { nodes { related { score paper { title } } } } }',
  'suggest: one letter': '{ suggest(prefix: "l") { text } }',
  'suggest: a name with a typo': '{ suggest(prefix: "spech loralo") { text } }',
  'suggest: words of a title': '{ suggest(prefix: "quantum segm", kinds: [PAPER]) { text } }',
};

/** See the top of this file. */
export const queryPlans: Benchmark = {
  about: 'blocks, time and statements of each kind of query in a large store',
  run,
};

async function run(argv: readonly string[]): Promise<Section> {
  const options = { plans: { type: 'boolean', default: false }, url: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [papers = '200000'] = positionals;
  const measureIn = async (url: string): Promise<Section> =>
    await measure(url, { papers, plans: values.plans });
  return await (values.url === undefined ? withEmbedded(measureIn) : measureIn(values.url));
}

async function measure(
  url: string,
  { papers, plans: printed }: { papers: string; plans: boolean },
): Promise<Section> {
  await using database = await openDatabase({ url, dataDir: '' });
  const { pool } = database;
  await upgradeStore(pool);
  await fill(pool, Number(papers));
  const rows = [];
  for (const [name, source] of Object.entries(QUERIES)) {
    const { plans, ...cost } = await measureQuery(pool, source);
    if (printed) for (const plan of plans) console.log(`\n${name}\n${plan}\n`);
    rows.push([name, cost.rows, cost.blocks, cost.ms.toFixed(1), plans.length]);
  }
  return {
    title: 'Queries in a large store',
    text: [
      `${papers} generated papers, everything cached. Rows and 8 kB blocks are sums over all statements of a query. \`--plans\` prints ` +
        'the plans.',
    ],
    tables: [{ head: ['query', 'rows', 'blocks', 'ms', 'statements'], rows }],
    figures: {},
  };
}

async function fill(pool: Pool, count: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  for (let from = 0; from < count; from += PER_DAY) {
    const day = dayOf(new Date(Date.UTC(2025, 0, 1 + (from / PER_DAY) * 3)));
    const name = path.join(folder, `${day}_AI_enhanced_Chinese.jsonl`);
    await writeDigest(name, { records: Math.min(PER_DAY, count - from), from });
    for (const file of await findFiles(name, {
      stdin: Readable.from([]),
      cwd: folder,
      now: () => new Date(),
    }))
      await ingestFile(pool, file, { source: 'bench' });
    rmSync(name);
  }
  rmSync(folder, { recursive: true });
  if (count > 0) await pool.query('vacuum analyze');
}
