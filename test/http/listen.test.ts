import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { startTestServer } from '../support/server.ts';

function deferred<T>() {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, resolve: (value: T) => settle?.(value) };
}

/** A schema whose one field says when it is asked, and answers when it is told to. */
function slowSchema() {
  const started = deferred<undefined>();
  const answer = deferred<string>();
  const resolve = async (): Promise<string> => {
    started.resolve(undefined);
    return await answer.promise;
  };
  const query = new GraphQLObjectType({ name: 'Query', fields: { slow: { type: GraphQLString, resolve } } });
  return { schema: new GraphQLSchema({ query }), started: started.promise, answer: answer.resolve };
}

const IDLE = { request: () => {}, attach: () => ({ close: async () => {} }) };

test('the error for a port in use is one line that names the flag', async () => {
  const { url } = await startTestServer();
  const port = Number(new URL(url).port);
  await expect(listen(IDLE, { host: '127.0.0.1', port })).rejects.toThrow(
    `127.0.0.1 port ${port} is taken: choose another with --port or PORT (0 takes any free one)`,
  );
});

test('the error for a foreign host is one line that names the flag', async () => {
  await expect(listen(IDLE, { host: '192.0.2.1', port: 0 })).rejects.toThrow(/192\.0\.2\.1 .*--host or HOST/);
});

test('closing waits for a running request, even on a connection that is kept alive', async () => {
  const { schema, started, answer } = slowSchema();
  const server = await startTestServer({ schema });
  const agent = new Agent({ keepAlive: true });
  const response = new Promise<IncomingMessage>((resolve, reject) =>
    get(`${server.url}/graphql?query={slow}`, { agent }, resolve).on('error', reject),
  );
  await started;

  const closed = server.close();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
  answer('done');

  expect(JSON.parse(await text(await response))).toMatchObject({ data: { slow: 'done' } });
  await closed;
  agent.destroy();
});

test('closing cuts off a request that exceeds the time limit', async () => {
  const { schema, started } = slowSchema();
  const server = await startTestServer({ schema });
  const outcome = server.post({ query: '{ slow }' }).catch((error: unknown) => error);
  await started;
  await server.close(20);
  expect(await outcome).toBeInstanceOf(TypeError);
});

test('an idle connection does not delay closing', async () => {
  const server = await startTestServer();
  const agent = new Agent({ keepAlive: true });
  await new Promise((resolve) =>
    get(`${server.url}/healthz`, { agent }, (response) => response.resume().once('end', resolve)),
  );
  const started = performance.now();
  await server.close(60_000);
  expect(performance.now() - started).toBeLessThan(30_000);
  agent.destroy();
});
