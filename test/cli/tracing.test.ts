import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { openTestDatabase } from '../support/database.ts';
import { startServing } from '../support/serving.ts';

/** A span in the JSON of OTLP. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

interface Received {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** A receiver of traces on a free port, with all the text that it has received. */
async function startReceiver(): Promise<{ url: string; texts: string[] }> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      texts.push(text);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, texts };
}

const spansIn = (texts: readonly string[]): Span[] =>
  texts
    .map((text) => JSON.parse(text) as Received)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans);

test('a traced query has spans of its request, its operation, its phases and its statements', async () => {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const receiver = await startReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'papers-of-the-test' };
  const serving = await startServing(database.url, [], env);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  await serving.ask('query Mine { papers(filter: {search: "confidential"}) { totalCount } }', {
    traceparent,
    authorization: 'Bearer secret-of-the-client',
  });
  await serving.end();

  const spans = spansIn(receiver.texts).filter((span) => span.traceId === traceId);
  const parentOf = ({ parentSpanId }: Span) => spans.find(({ spanId }) => spanId === parentSpanId)?.name;
  const tree = Object.fromEntries(spans.map((span) => [span.name, parentOf(span)]));
  expect(tree).toMatchObject({
    'POST /graphql': undefined,
    query: 'POST /graphql',
    'graphql.parse': 'query',
    'graphql.validate': 'query',
    'graphql.execute': 'query',
  });
  expect(spans.find(({ name }) => name === 'POST /graphql')?.parentSpanId).toBe('00f067aa0ba902b7');
  expect(
    Object.entries(tree).filter(([name, parent]) => parent === 'query' && !name.includes('.')),
  ).not.toEqual([]);
  const all = receiver.texts.join('');
  expect(all).toContain('papers-of-the-test');
  expect(all).not.toMatch(/confidential|secret-of-the-client/);
});

test.each([
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
])('%s=%s ends the program with one line', async (variable, value) => {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const env = {
    DATABASE_URL: database.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    [variable]: value,
  };
  const { status, stderr } = await runCli(['serve', '--port', '0'], env);
  expect(status).toBe(2);
  expect(stderr).toContain(`${variable}: expected`);
});
