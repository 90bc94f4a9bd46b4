import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Interrupted } from '../../src/cli/io.ts';
import { jsonl, jsonRecord } from './digest-files.ts';
import { startCli, waitFor, type Running } from './cli.ts';

/** An answer of GraphQL. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** `papergraph serve` inside this process; it ends with the test. */
export interface Serving extends Running {
  readonly url: string;
  /** The answer to a query, without its cost. */
  readonly ask: (query: string, headers?: Record<string, string>) => Promise<Answer>;
  /** What /readyz says. */
  readonly readiness: () => Promise<unknown>;
  /** Stops it as SIGTERM does, and waits for its end; its exit status. */
  readonly end: () => Promise<number>;
}

/** Starts a server on a free port. */
export async function startServing(
  databaseUrl: string,
  argv: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Serving> {
  const running = startCli(['serve', '--port', '0', ...argv], { DATABASE_URL: databaseUrl, ...env });
  const end = async (): Promise<number> => {
    running.stop(new Interrupted('SIGTERM'));
    return await running.exit;
  };
  onTestFinished(async () => void (await end()));
  const url = await waitFor(running, /http:\/\/127\.0\.0\.1:\d+/);
  const ask: Serving['ask'] = async (query, headers = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as Answer;
    return { ...(data !== undefined && { data }), ...(errors && { errors }) };
  };
  const readiness = async (): Promise<unknown> => await (await fetch(`${url}/readyz`)).json();
  return { ...running, url, ask, readiness, end };
}

/** A digest in a file of its own, which goes with the test; the file's path. */
export function writeDigest(name: string, ids: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-digest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(
    file,
    jsonl(...ids.map((id) => jsonRecord(id, { title: `Graph ${'of graphs '.repeat(Number(id.at(-1)))}` }))),
  );
  return file;
}

/** Asks for something of every kind: times, days, scores and their cursors, facets, events, words. */
export const EVERYTHING = `{
  papers(first: 2, filter: {search: "graph"}, orderBy: RELEVANCE) {
    totalCount pageInfo { endCursor hasNextPage } facets { timeline { start count } }
    nodes { arxivId firstDigestDate firstSeenAt authors { nodes { name } } related { score }
      entries { nodes { digest { date updatedAt } } } }
  }
  ingestRuns(first: 1) { nodes { startedAt } }
  digestFeed(start: OLDEST) { events { occurredAt digest { date } } }
  feed(start: OLDEST, first: 2) { cursor events { occurredAt paper { arxivId } } }
  suggest(prefix: "gra") { __typename }
  author(by: {name: "Ada Park"}) { papers { totalCount } }
  feedCursor
}`;
