// How many answers a second the server gives, over a store of generated papers: the nested query (20 papers, their authors, five
// papers of each, their categories), the flat list of 20, and `{ __typename }`, the floor of what HTTP and GraphQL cost here.
//
//   node bench/nested-query.js [papers, 12000] [seconds a measurement, 5]
//
// Uses the built program (npm run build) and an embedded Postgres in a folder of its own. Client and server share the machine: the
// ratios hold better than the figures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { writeDigest } from './write-digest.js';

const CONNECTIONS = 16;
const QUERIES = {
  'nested query': `{ papers(first: 20) { nodes { title authors { nodes { name
    papers(first: 5) { nodes { title categories { code } } } } } } } }`,
  'flat list': '{ papers(first: 20) { nodes { arxivId title firstDigestDate } } }',
  floor: '{ __typename }',
};

const papers = Number(process.argv[2] ?? 12_000);
const seconds = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
chmodSync(folder, 0o755);
const data = ['--data-dir', path.join(folder, 'data'), '--log-level', 'silent'];
try {
  const file = path.join(folder, '2026-01-01_AI_enhanced_Chinese.jsonl');
  await writeDigest(file, { records: papers });
  await once(papergraph('ingest', file, '--source', 'bench'), 'close');
  const server = papergraph('serve', '--port', '0');
  const url = await addressOf(server);
  // The first round only warms the server up.
  for (const query of Object.values(QUERIES)) await measure(url, query);
  const results = [];
  for (const [name, query] of Object.entries(QUERIES)) results.push({ name, ...(await measure(url, query)) });
  const floor = results.at(-1).rate;
  for (const { name, rate, bytes } of results) {
    console.log(
      `${name}: ${rate.toFixed(0)} answers/s of ${bytes} bytes, ${(rate / floor).toFixed(3)} times the floor`,
    );
  }
  server.kill('SIGTERM');
  await once(server, 'close');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function papergraph(...argv) {
  return spawn(process.execPath, ['bin/papergraph.js', ...argv, ...data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function addressOf(server) {
  let said = '';
  for await (const chunk of server.stdout) {
    said += chunk;
    const [, url] = /is at (\S+)/.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended: ${said}`);
}

/** Answers a second over CONNECTIONS that each ask again as soon as they are answered, after one second of warming up. */
async function measure(url, query) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ query });
  let [answers, bytes] = [0, 0];
  const from = Date.now() + 1_000;
  const until = from + seconds * 1_000;
  const ask = async () => {
    while (Date.now() < until) {
      bytes = await post(url, body, agent);
      if (Date.now() >= from) answers++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  agent.destroy();
  return { rate: answers / seconds, bytes };
}

async function post(url, body, agent) {
  const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.length;
  if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`);
  return bytes;
}
