import { createClient, type Client } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Database } from '../../src/database/connect.ts';
import { openFeed, type Feed } from '../../src/feed/live-feed.ts';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ingestFile, type IngestOptions } from '../../src/ingest/ingest-file.ts';
import { postedDigests } from '../../src/ingest/ingest-posted.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { createLogger } from '../../src/logger.ts';
import { jsonl, jsonRecord, textFile } from './digest-files.ts';
import { PATIENT_MS } from './graphql.ts';
import { startTestServer, type TestServer, type TestServerOptions } from './server.ts';

/** A server with a live feed that ends with the test. */
export interface LiveServer extends TestServer {
  readonly feed: Feed;
}

/** Serves a store as `papergraph serve` does. */
export async function startLiveServer(
  database: Pick<Database, 'pool'>,
  options: TestServerOptions = {},
): Promise<LiveServer> {
  const feed = await openFeed({
    pool: database.pool,
    prepared: true,
    log: createLogger('silent', process.stderr),
  });
  onTestFinished(async () => await feed.close());
  const now = (): Date => new Date();
  const ingestDigest = postedDigests({ pool: database.pool, allowPrivate: 'never', now });
  const createContext = createContextFactory({
    database,
    prepared: true,
    slowMs: PATIENT_MS,
    live: feed,
    ingestDigest,
  });
  return { ...(await startTestServer({ schema, createContext, feed, ...options })), feed };
}

/** Takes a digest of these records in. */
export async function ingestRecords(
  pool: Database['pool'],
  name: string,
  records: readonly (string | Record<string, unknown>)[],
  options: IngestOptions = {},
): Promise<IngestReport> {
  const whole = records.map((record) => (typeof record === 'string' ? jsonRecord(record) : record));
  return await ingestFile(pool, textFile(name, jsonl(...whole)), options);
}

/** One message of a stream. */
export interface Message {
  readonly data?: Record<string, Batch> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  /** The `id` of server-sent events. */
  readonly id?: string | undefined;
}

/** A batch, as these tests select it. */
export interface Batch {
  readonly cursor: string;
  readonly caughtUp: boolean;
  readonly events: readonly {
    readonly cursor: string;
    readonly kind: string;
    readonly paper: { readonly arxivId: string };
  }[];
}

/** Subscribes and gives the messages as they come, until `return` or the server's end of the stream. */
export type Subscribe = (
  url: string,
  query: string,
  variables?: Record<string, unknown>,
) => AsyncIterableIterator<Message>;

/** Over graphql-transport-ws. */
export const overWebSocket: Subscribe = (url, query, variables = {}) => {
  const client = socketClient(url);
  const stream = client.iterate<Record<string, Batch>>({ query, variables });
  onTestFinished(async () => await client.dispose());
  return stream as AsyncIterableIterator<Message>;
};

/** A client of graphql-transport-ws that does not connect again. */
function socketClient(url: string, connectionParams: Record<string, unknown> = {}): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
    connectionParams,
  });
}

/** Over server-sent events. */
export const overEvents: Subscribe = (url, query, variables = {}) => {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  return readEvents(url, { query, variables }, { signal: controller.signal });
};

/** Reads server-sent events as JSON messages with their ids. */
export async function* readEvents(
  url: string,
  body: object,
  { signal, headers = {} }: { signal?: AbortSignal; headers?: Record<string, string> },
): AsyncGenerator<Message, undefined> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  if (response.status === 204) return undefined;
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = `${text}${chunk}`.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield { ...(JSON.parse(data) as Message), id: /^id: (.*)$/m.exec(event)?.[1] };
    }
  }
  return undefined;
}

/** The batch of the next message; fails where it has none. */
export async function nextBatch(stream: AsyncIterator<Message>): Promise<Batch> {
  const { value } = (await stream.next()) as IteratorResult<Message, undefined>;
  const batch = value?.data?.['papers'];
  if (batch === undefined) throw new Error(`expected a batch, got ${JSON.stringify(value)}`);
  return batch;
}

/** The papers of a batch's events. */
export const idsOf = ({ events }: Batch): string[] => events.map(({ paper }) => paper.arxivId);
