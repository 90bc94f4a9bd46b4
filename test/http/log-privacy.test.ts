import { once } from 'node:events';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import type { TestServer } from '../support/server.ts';

const hello = { type: GraphQLString, args: { name: { type: GraphQLString }, times: { type: GraphQLInt } } };
const fail = {
  type: GraphQLString,
  resolve: () => {
    throw new Error('the database is away');
  },
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello, fail } }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { hello } }),
});

async function serve(): Promise<TestServer> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  return await startLiveServer(database, { schema, adminToken: 'a-token-of-the-owner' });
}

/** Texts that only a client knows. None may ever be logged. */
const SECRETS = {
  token: 'Secret-token-0123456789',
  cookie: 'Secret-cookie',
  variable: 'Secret-variable',
  literal: 'Secret-literal',
  url: 'Secret-url',
  init: 'Secret-init',
  extension: 'Secret-extension',
  digest: 'Secret-digest',
};

/** Sends secrets in every place of a request, in requests that work and in requests of each kind of mistake. */
async function sendOverHttp({ url, post }: TestServer): Promise<void> {
  const headers = {
    authorization: `Bearer ${SECRETS.token}`,
    cookie: `session=${SECRETS.cookie}`,
    'x-api-key': SECRETS.token,
  };
  const bodies = [
    { query: 'query($name: String) { hello(name: $name) }', variables: { name: SECRETS.variable } },
    { query: `{ hello(name: "${SECRETS.literal}") }`, extensions: { key: SECRETS.extension } },
    { query: `{ hello(name: "${SECRETS.literal}" }` },
    { query: `{ hello(unknown: "${SECRETS.literal}") }` },
    { query: 'query($times: Int) { hello(times: $times) }', variables: { times: SECRETS.variable } },
    { query: `{ fail hello(name: "${SECRETS.literal}") }`, variables: { name: SECRETS.variable } },
    { query: `mutation { hello } # ${SECRETS.digest}`, variables: SECRETS.variable },
  ];
  for (const body of bodies) await (await post(body, headers)).text();
  const query = encodeURIComponent('{ hello }');
  for (const path of [
    `/graphql?query=${query}&token=${SECRETS.url}`,
    `/graphql?query=${encodeURIComponent(`{ hello(name: "${SECRETS.url}") }`)}`,
    `/nothing?access_token=${SECRETS.url}`,
  ])
    await (await fetch(url + path, { headers })).text();
  await (await fetch(`${url}/graphql`, { method: 'POST', headers, body: SECRETS.digest })).text();
}

async function sendOverSocket({ url }: TestServer): Promise<void> {
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/graphql?token=${SECRETS.url}`,
    'graphql-transport-ws',
    {
      headers: { authorization: `Bearer ${SECRETS.token}`, cookie: SECRETS.cookie },
    },
  );
  const payloads = [
    { query: `{ hello(unknown: "${SECRETS.literal}") }`, extensions: { key: SECRETS.extension } },
    { query: 'query($times: Int) { hello(times: $times) }', variables: { times: SECRETS.variable } },
    { query: `{ hello(name: "${SECRETS.literal}"` },
    {
      query: `query Named { fail hello(name: "${SECRETS.literal}") }`,
      variables: { name: SECRETS.variable },
    },
  ];
  let left = payloads.length;
  socket.on('message', (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as { type: string };
    if (type === 'error' || type === 'complete') left -= 1;
    if (left === 0) socket.close();
    if (type !== 'connection_ack') return;
    for (const [index, payload] of payloads.entries())
      socket.send(JSON.stringify({ id: String(index), type: 'subscribe', payload }));
  });
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${SECRETS.init}` } }),
  );
  await once(socket, 'close');
}

test('nothing that a client sends is logged: headers, cookies, variables, literals, URLs, bodies', async () => {
  const server = await serve();
  await sendOverHttp(server);
  await sendOverSocket(server);
  const lines = (msg: string) => server.logged.filter((line) => line['msg'] === msg);
  await expect.poll(() => lines('request').length).toBe(11);
  await expect.poll(() => lines('operation').length).toBe(4);
  const log = JSON.stringify(server.logged);
  for (const secret of Object.values(SECRETS)) expect(log).not.toContain(secret);
  expect(log).not.toContain('a-token-of-the-owner');
});

test('an operation of a WebSocket that fails is logged with its codes, its hash and the network of its client', async () => {
  const server = await serve();
  await sendOverSocket(server);
  await expect
    .poll(() => server.logged.filter((line) => line['msg'] === 'operation'))
    .toContainEqual(
      expect.objectContaining({
        operation: { type: 'query', name: 'Named', hash: expect.stringMatching(/^[\da-f]{16}$/) as string },
        codes: ['INTERNAL'],
        client: '127.0.0.0/24',
        durationMs: expect.any(Number) as number,
        requestId: expect.any(String) as string,
      }),
    );
});
