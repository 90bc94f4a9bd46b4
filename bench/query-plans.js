// What queries cost in a large store: node bench/query-plans.js POSTGRES_URL [PAPERS]
// Fills an empty database with generated papers (200,000 by default; give an existing one 0), and prints for each query
// the rows that it gives, the 8 kB blocks that Postgres reads for it, and the time that it takes. --plans prints the plans.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { graphql } from 'graphql';
import { openDatabase } from '../dist/database/connect.js';
import { createContextFactory } from '../dist/graphql/context.js';
import { schema } from '../dist/graphql/schema.js';
import { findFiles } from '../dist/ingest/find-files.js';
import { ingestFile } from '../dist/ingest/ingest-file.js';
import { upgradeStore } from '../dist/ingest/upgrade-store.js';
import { writeDigest } from './write-digest.js';

const [url, papers = '200000', flag] = process.argv.slice(2);
const PER_DAY = 2_000;

const PAGE = 'totalCount edges { score node { arxivId title } }';
const FACETS =
  'facets { categories { value count } authors { value count } sources { count } languages { count } withCode timeline(interval: MONTH) { count } }';
const search = (text) => `filter: {search: ${JSON.stringify(text)}}`;

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

const database = await openDatabase({ url, dataDir: '' });
await upgradeStore(database.pool);
await fill(Number(papers));
console.log('| query | rows | blocks | ms | statements |\n| --- | ---: | ---: | ---: | ---: |');
for (const [name, source] of Object.entries(QUERIES)) console.log(await measure(name, source));
await database.close();

async function fill(count) {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  for (let from = 0; from < count; from += PER_DAY) {
    const day = new Date(Date.UTC(2025, 0, 1 + (from / PER_DAY) * 3)).toISOString().slice(0, 10);
    const name = path.join(folder, `${day}_AI_enhanced_Chinese.jsonl`);
    await writeDigest(name, { records: Math.min(PER_DAY, count - from), from });
    for (const file of await findFiles(name, { stdin: [], cwd: folder, now: () => new Date() }))
      await ingestFile(database.pool, file, { source: 'bench' });
    rmSync(name);
  }
  rmSync(folder, { recursive: true });
  if (count > 0) await database.pool.query('vacuum analyze');
}

/** Runs a query once for its time, then each of its statements once more for its plan. */
async function measure(name, source) {
  const ran = [];
  const record = (client) => ({
    query: async (query, values) => {
      const result = await client.query(query, values);
      // What a statement has around it, such as settings, has no values.
      if (query.values !== undefined) ran.push({ query, rows: result.rowCount ?? 0 });
      return result;
    },
  });
  const pool = {
    ...record(database.pool),
    connect: async () => {
      const client = await database.pool.connect();
      return { ...record(client), release: (error) => client.release(error) };
    },
  };
  const run = async () =>
    await graphql({
      schema,
      source,
      contextValue: createContextFactory({ database: { pool }, prepared: false })(),
    });
  await run();
  ran.length = 0;
  const started = performance.now();
  const { errors } = await run();
  const ms = performance.now() - started;
  if (errors !== undefined) throw errors[0];
  const plans = await Promise.all(ran.map(async ({ query }) => await explain(query)));
  const rows = ran.reduce((sum, { rows: given }) => sum + given, 0);
  const blocks = plans.reduce((sum, plan) => sum + plan.blocks, 0);
  if (flag === '--plans') for (const { text } of plans) console.log(`\n${name}\n${text}\n`);
  return `| ${name} | ${rows} | ${blocks} | ${ms.toFixed(1)} | ${ran.length} |`;
}

async function explain({ text, values }) {
  const { rows } = await database.pool.query(`explain (analyze, buffers) ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  const [, hit = '0', read = '0'] = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan) ?? [];
  return { text: plan, blocks: Number(hit) + Number(read) };
}
