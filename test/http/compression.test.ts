import { request, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodingOf } from '../../src/http/content-encoding.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let runs = 0;
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      long: {
        type: GraphQLString,
        args: { words: { type: GraphQLInt } },
        resolve: (_: unknown, { words = 2_000 }: { words?: number }) => {
          runs += 1;
          return 'paper 论文 '.repeat(words);
        },
      },
    },
  }),
});
/** Answers depend on the version, which does not change. */
const createContext = () => ({
  version: async () => ({ key: '1', epoch: '', head: 0, floor: 0 }),
  touched: true,
  incomplete: false,
});
const start = async (limits = {}): Promise<TestServer> =>
  await startTestServer({ schema, createContext, limits });

interface Sent {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Sends a request as it is: fetch would decompress the answer. */
async function send(
  server: TestServer,
  query: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Sent> {
  const posting = method === 'POST';
  const url = `${server.url}/graphql${posting ? '' : `?${new URLSearchParams({ query }).toString()}`}`;
  const type = posting ? { 'content-type': 'application/json' } : {};
  return await new Promise((resolve, reject) => {
    const sending = request(url, { method, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }),
      );
    });
    sending.once('error', reject).end(posting ? JSON.stringify({ query }) : undefined);
  });
}

const decoded = ({ headers, bytes }: Sent): string => {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return bytes.toString();
  return (encoding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)).toString();
};

interface Answer {
  readonly data: { readonly long: string };
  readonly extensions?: { readonly cost: { readonly requested: number; readonly left?: number } };
}
const answerIn = (sent: Sent): Answer => JSON.parse(decoded(sent)) as Answer;

describe.each(['br', 'gzip'])('%s', (encoding) => {
  const headers = { 'accept-encoding': encoding };

  test.each(['GET', 'POST'])('compresses answers by %s, kept or not, each with its cost', async (method) => {
    const server = await start();
    const plain = await send(server, '{ long }', { method });
    for (let time = 0; time < 3; time++) {
      const sent = await send(server, '{ long }', { method, headers });
      expect(sent.headers).toMatchObject({
        'content-encoding': encoding,
        vary: 'accept, accept-encoding',
        'content-length': String(sent.bytes.length),
      });
      expect(sent.bytes.length).toBeLessThan(plain.bytes.length / 10);
      const { data, extensions } = answerIn(sent);
      expect(data).toEqual(answerIn(plain).data);
      expect(extensions?.cost.requested).toBe(answerIn(plain).extensions?.cost.requested);
      expect(typeof extensions?.cost.left).toBe(method === 'POST' ? 'number' : 'undefined');
    }
  });

  test('is done once for a kept answer', async () => {
    const server = await start();
    const before = runs;
    for (let time = 0; time < 4; time++) await send(server, '{ long }', { method: 'POST', headers });
    expect(runs).toBe(before + 1);
  });

  test('leaves short answers as they are', async () => {
    const server = await start();
    const sent = await send(server, '{ long(words: 1) }', { headers });
    expect(sent.headers['content-encoding']).toBeUndefined();
    expect(sent.headers.vary).toBe('accept, accept-encoding');
    expect(answerIn(sent).data.long).toBe('paper 论文 ');
  });

  test('has entity tags of its own, with which clients validate', async () => {
    const server = await start();
    const tagOf = async (accepted: string) =>
      (await send(server, '{ long }', { headers: { 'accept-encoding': accepted } })).headers.etag ?? '';
    const etag = await tagOf(encoding);
    expect(etag).toMatch(/^".+"$/);
    expect(await tagOf(encoding)).toBe(etag);
    expect(await tagOf('identity')).not.toBe(etag);
    const again = await send(server, '{ long }', { headers: { ...headers, 'if-none-match': etag } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    expect(again.headers).toMatchObject({ etag, vary: 'accept, accept-encoding' });
    const other = await send(server, '{ long }', { headers: { 'if-none-match': etag } });
    expect([other.status, answerIn(other).data.long.length > 1_000]).toEqual([200, true]);
  });

  test('says by HEAD what GET would send', async () => {
    const server = await start();
    const got = await send(server, '{ long }', { headers });
    const head = await send(server, '{ long }', { method: 'HEAD', headers });
    const { date: _, 'x-request-id': __, ...expected } = got.headers;
    expect(head.headers).toMatchObject(expected);
    expect(head.bytes.length).toBe(0);
  });
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['GZIP ; q=0.5 , br;q=0.4', 'gzip'],
  ['br;q=0, gzip;q=0.0', 'identity'],
  ['br;q=0, *', 'gzip'],
  ['*;q=0', 'identity'],
  ['gzip;q=0.5, identity', 'identity'],
  ['gzip;q=1.0, identity;q=0.5, *;q=0', 'gzip'],
  ['zstd', 'identity'],
  ['gzip;q=none', 'identity'],
])('Accept-Encoding %j asks for %s', (header, encoding) => {
  expect(encodingOf(header)).toBe(encoding);
});
