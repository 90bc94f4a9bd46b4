import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { exchange, statusesOf } from '../support/raw.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

const QUERY = '{"query":"{ __typename }"}';
const MUTATION = 'mutation { ingestDigest(input: {document: {text: "x"}, source: "me"}) { run { id } } }';

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const json = { 'content-type': 'application/json' };
const EVIL = { origin: 'https://evil.example' };

/** Requests as programs and pages of other sites can send them, with the status and the code that each must get. */
const REFUSED: Record<string, readonly [request: Request, status: number, code?: string]> = {
  'a form of another site': [
    { headers: { ...EVIL, 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={__typename}' },
    415,
    'BAD_REQUEST',
  ],
  'a form with files of another site': [
    {
      headers: { ...EVIL, 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${QUERY}\r\n--x--\r\n`,
    },
    415,
    'BAD_REQUEST',
  ],
  'plain text of another site': [
    { headers: { ...EVIL, 'content-type': 'text/plain;charset=UTF-8' }, body: QUERY },
    415,
    'BAD_REQUEST',
  ],
  'JSON that is called plain text': [
    { headers: { 'content-type': 'text/plain; application/json' }, body: QUERY },
    415,
    'BAD_REQUEST',
  ],
  'a document as application/graphql': [
    { headers: { 'content-type': 'application/graphql' }, body: '{ __typename }' },
    415,
    'BAD_REQUEST',
  ],
  'JSON in UTF-16': [
    {
      headers: { 'content-type': 'application/json; charset=utf-16le' },
      body: Buffer.from(QUERY, 'utf16le'),
    },
    415,
    'BAD_REQUEST',
  ],
  'JSON in UTF-7': [
    { headers: { 'content-type': 'application/json; charset=utf-7' }, body: QUERY },
    415,
    'BAD_REQUEST',
  ],
  'a mutation by GET': [{ method: 'GET', path: `/graphql?query=${encodeURIComponent(MUTATION)}` }, 405],
  'a body of 101,000 bytes': [
    { headers: json, body: `{"query":"{ __typename }","x":"${'x'.repeat(101_000)}"}` },
    413,
    'BAD_REQUEST',
  ],
  'a body of 20 MB': [{ headers: json, body: 'x'.repeat(20_000_000) }, 413, 'BAD_REQUEST'],
  'a compressed bomb': [
    { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000_000)) },
    400,
    'BAD_REQUEST',
  ],
  'a body that is not UTF-8': [
    { headers: json, body: Buffer.from([...Buffer.from('{"query":"'), 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x7d]) },
    200,
    'GRAPHQL_PARSE_FAILED',
  ],
  'a body that is no JSON': [{ headers: json, body: '{"query":' }, 400, 'BAD_REQUEST'],
  'a body of 50,000 open brackets': [{ headers: json, body: '['.repeat(50_000) }, 400, 'BAD_REQUEST'],
  'a body of 40,000 closed levels': [
    { headers: json, body: `${'['.repeat(40_000)}${']'.repeat(40_000)}` },
    400,
    'BAD_REQUEST',
  ],
  'a query that is a list': [{ headers: json, body: '{"query":["{ __typename }"]}' }, 400, 'BAD_REQUEST'],
  'variables in a broken URL': [
    { method: 'GET', path: '/graphql?query={__typename}&variables=%7B%' },
    400,
    'BAD_REQUEST',
  ],
  'an unknown method': [{ method: 'PROPFIND' }, 405, 'BAD_REQUEST'],
  PUT: [{ method: 'PUT', headers: json, body: QUERY }, 405, 'BAD_REQUEST'],
  DELETE: [{ method: 'DELETE' }, 405, 'BAD_REQUEST'],
  PATCH: [{ method: 'PATCH', headers: json, body: QUERY }, 405, 'BAD_REQUEST'],
  OPTIONS: [{ method: 'OPTIONS', headers: EVIL }, 405, 'BAD_REQUEST'],
  'a file above the files of GraphiQL': [{ method: 'GET', path: '/graphiql/../package.json' }, 404],
  'an encoded file above the files of GraphiQL': [
    { method: 'GET', path: '/graphiql/%2e%2e/%2e%2e/package.json' },
    404,
  ],
  'a path with two slashes': [{ method: 'GET', path: '//evil.example/%2f..' }, 404],
  'an impossible answer': [{ headers: { ...json, accept: 'text/xml' }, body: QUERY }, 406],
};

/** Sends a request as it is: `fetch` would correct some of them. */
async function send(url: string, { method = 'POST', path = '/graphql', headers = {}, body = '' }: Request) {
  const lines = Object.entries({ host: new URL(url).host, ...headers, connection: 'close' });
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  const length = Buffer.byteLength(body);
  const bytes = Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\ncontent-length: ${length}\r\n\r\n`),
    Buffer.from(body),
  ]);
  return await exchange(url, bytes);
}

describe('refused requests', () => {
  test.each(Object.entries(REFUSED))('%s', async (_name, [request, status, code]) => {
    const server = await startLiveServer(database);
    const answer = await send(server.url, request);
    expect([statusesOf(answer), answer.received.slice(0, 2_000)]).toEqual([
      [status],
      expect.stringContaining(code === undefined ? '' : `"code":"${code}"`),
    ]);
    // No page of another site may read it.
    expect(answer.received.toLowerCase()).not.toContain('access-control-allow');
    await expectInnocentAnswered(server);
  });
});

const POST = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n';
const GET = 'GET /healthz HTTP/1.1\r\nHost: x\r\n';

/** Bytes that servers have read differently from the proxy in front of them, or that have used up their memory. */
const MALFORMED: Record<string, readonly [bytes: string, status: number]> = {
  'a length and chunks': [
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    400,
  ],
  'two lengths': [`${POST}Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`, 400],
  'two lengths in one header': [`${POST}Content-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`, 400],
  'a negative length': [`${POST}Content-Length: -1\r\n\r\n${HIDDEN}`, 400],
  'a length with a sign': [`${POST}Content-Length: +0\r\n\r\n${HIDDEN}`, 400],
  'chunks that are not chunked': [`${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`, 400],
  'chunks, and then something else': [
    `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
    400,
  ],
  'a space before the colon': [`${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`, 400],
  'a chunk with a broken size': [`${POST}Transfer-Encoding: chunked\r\n\r\nfg\r\n\r\n${HIDDEN}`, 400],
  'a chunk of more bytes than a number holds': [
    `${POST}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n\r\n${HIDDEN}`,
    400,
  ],
  'a chunk with an extension of 20 KB': [
    `${POST}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n${HIDDEN}`,
    413,
  ],
  'lines without carriage returns': [`GET /healthz HTTP/1.1\nHost: x\n\n${HIDDEN}`, 400],
  'a header that goes on in the next line': [`${GET}X-A: a\r\n b\r\nNot a header\r\n\r\n${HIDDEN}`, 400],
  'a header with a NUL': [`${GET}X-A: a\0b\r\n\r\n${HIDDEN}`, 400],
  'no host': ['GET /healthz HTTP/1.1\r\n\r\n', 400],
  'another protocol': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  'bytes of TLS': ['\u0016\u0003\u0001\u0002\0\u0001', 400],
  'a header of 20 KB': [`${GET}X-A: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  '5,000 headers': [`${GET}${Array.from({ length: 5_000 }, (_, n) => `X-${n}: x\r\n`).join('')}\r\n`, 431],
  'a URL of 20 KB': [`GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  'an expectation that nobody knows': [`${GET}Expect: a miracle\r\nConnection: close\r\n\r\n`, 417],
};

describe('malformed requests are refused, and what follows them is not read as a request', () => {
  test.each(Object.entries(MALFORMED))('%s', async (_name, [bytes, status]) => {
    const server = await startLiveServer(database);
    const answer = await exchange(server.url, Buffer.from(bytes, 'latin1'));
    expect([statusesOf(answer), answer.closed]).toEqual([[status], true]);
    await expectInnocentAnswered(server);
  });
});

/** Headers that a client may write as it likes: the answer is the same. */
const IGNORED: Record<string, Record<string, string>> = {
  'the name of another host': { host: 'evil.example' },
  'an address of its own choice': {
    'x-forwarded-for': '127.0.0.9',
    forwarded: 'for=127.0.0.9;host=evil.example',
  },
  'a path of its own choice': { 'x-original-url': '/metrics', 'x-rewrite-url': '/metrics' },
  'another method': { 'x-http-method-override': 'DELETE' },
  'an endless list of media types': { accept: `${'a/b;q=0.1,'.repeat(1_000)}application/json` },
  'an endless list of encodings': { 'accept-encoding': 'x;q=0.1,'.repeat(1_500) },
  'an endless list of entity tags': { 'if-none-match': '"x",'.repeat(3_000) },
  'a token of 15,000 characters': { authorization: `Bearer ${'x'.repeat(15_000)}` },
  'a cursor of 15,000 characters': { 'last-event-id': 'x'.repeat(15_000) },
  'a trace of nonsense': { traceparent: 'x'.repeat(5_000), tracestate: ','.repeat(5_000) },
};

describe('a client cannot change its answer by', () => {
  test.each(Object.entries(IGNORED))('%s', async (_name, headers) => {
    const server = await startLiveServer(database);
    const answer = await send(server.url, { headers: { ...json, ...headers }, body: QUERY });
    expect(statusesOf(answer)).toEqual([200]);
    expect(answer.received).toContain('{"data":{"__typename":"Query"}');
    expect(answer.received).not.toContain('evil.example');
    await expectInnocentAnswered(server);
  });
});

test('a name of a host does not get into a redirect', async () => {
  const { url } = await startLiveServer(database);
  const { received } = await send(url, { method: 'GET', path: '/', headers: { host: 'evil.example' } });
  expect(received).toMatch(/^HTTP\/1.1 302 /);
  expect(received).not.toContain('evil.example');
});

test('CONNECT makes no tunnel', async () => {
  const server = await startLiveServer(database);
  const answer = await exchange(server.url, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(statusesOf(answer)).toEqual([]);
  await expectInnocentAnswered(server);
});
