import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

/** Texts that programs have taken for commands. */
const TEXTS = {
  'the end of a string': "'; drop table paper; --",
  'a condition that is always true': "' or '1'='1",
  'a second statement': '1; select pg_sleep(60)',
  'a comment': '/* */ -- ',
  'a parameter': '$1 :name ? %s {0} ${process.exit(1)}',
  'a dollar quote': '$$; select pg_terminate_backend(pg_backend_pid()); $$',
  'a backslash': String.raw`\'; \\ \u0000 \x00`,
  'operators of full-text search': "a & | ! <-> ( ' :* ) <1000> a:ABCD",
  'an open phrase': '"""""" ((((( -- NOT OR AND',
  'wildcards of LIKE': '%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%',
  'a pattern that backtracks': '(a+)+$ ^(([a-z])+.)+[A-Z]([a-z])+$ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
  'a NUL': 'a\0b',
  'half a character': '\uD800 \uDFFF',
  'commands of a terminal': '\u001B[2J\u001B]0;title\u0007\r\nfake line',
  'the other direction of writing': '\u202Etxt.exe\u202C\u2066',
  'a script': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a template': '{{constructor.constructor("return process")()}}',
  'a name of a prototype': '__proto__',
  'a file': '../../../../etc/passwd',
  'stacked accents': `Z${'\u0300'.repeat(150)}`,
  'a JSON path': '{"$gt":""} [*] $.**',
  'an id of Relay': Buffer.from('Paper:1 or 1=1').toString('base64'),
  'a number without end': '9'.repeat(190),
} as const;

/** Every place of the schema that takes a text. */
const EVERYWHERE = `query ($t: String!, $id: ID!) {
  search: papers(first: 1, filter: { search: $t }) { edges { highlights { text } } facets { authors { value } } }
  title: papers(first: 1, filter: { search: $t, not: { search: $t } }) { totalCount }
  categories: papers(first: 1, filter: { categories: [$t] }) { totalCount }
  primary: papers(first: 1, filter: { primaryCategories: [$t] }) { totalCount }
  sources: papers(first: 1, filter: { sources: [$t] }) { totalCount }
  languages: papers(first: 1, filter: { languages: [$t] }) { totalCount }
  authors: authors(first: 1, filter: { search: $t }) { totalCount }
  names: authors(first: 1, filter: { names: [$t], categories: [$t] }) { totalCount }
  digests: digests(first: 1, filter: { sources: [$t], languages: [$t] }) { totalCount }
  after: papers(first: 1, after: $t) { totalCount }
  before: authors(last: 1, before: $t) { totalCount }
  author(by: { name: $t }) { name }
  authorById: author(by: { id: $id }) { name }
  paper(by: { arxivId: $t }) { title }
  category(by: { code: $t }) { name }
  digest(by: { key: { source: $t, date: "2026-01-14", language: $t } }) { id }
  node(id: $id) { id }
  nodes(ids: [$id, $id]) { id }
  suggest(prefix: $t) { __typename }
}`;

test.each(Object.entries(TEXTS))('%s is only text, wherever it is sent', async (_what, text) => {
  const server = await startLiveServer(database);
  // Each field alone: one that refuses its argument would hide the others.
  const fields = EVERYWHERE.split('\n').slice(1, -1);
  for (const field of fields) {
    const uses = ['t: String!', 'id: ID!'].filter((declared) => field.includes(`$${declared.split(':')[0]}`));
    const query = `query (${uses.map((use) => `$${use}`).join(', ')}) { ${field} }`;
    const response = await server.post({ query, variables: { t: text, id: text } });
    const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    const codes = errors.map(({ extensions }) => extensions.code);
    expect({ field, codes: codes.filter((code) => !/^(BAD_USER_INPUT|CURSOR_INVALID)$/.test(code)) }).toEqual(
      {
        field,
        codes: [],
      },
    );
  }
  await expectInnocentAnswered(server);
});

/** Addresses within a network, in all forms that programs read. */
const PRIVATE = [
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '017700000001',
  '0177.0.0.1',
  '0',
  '0.0.0.0',
  'localhost',
  'LOCALHOST',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fd00::1]',
  '[fec0::1]',
  '[ff02::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '１２７.０.０.１',
  '127。0。0。1',
  'user:password@127.0.0.1',
] as const;

describe('a posted URL reaches nothing within the network of the server', () => {
  test.each(PRIVATE)('%s', async (host) => {
    let asked = 0;
    const inside = createServer((_request, response) => {
      asked += 1;
      response.end('secret');
    }).listen(0, '127.0.0.1');
    await once(inside, 'listening');
    onTestFinished(() => void inside.close());
    const { port } = inside.address() as AddressInfo;
    const adminToken = 'an-admin-token-of-a-server';
    const server = await startLiveServer(database, { adminToken });
    const query = `mutation ($url: URL!) { ingestDigest(input: { document: { url: $url }, source: "s" }) {
      run { status problems(first: 1) { nodes { message } } } } }`;
    const variables = { url: `http://${host}:${port}/2026-01-15.jsonl` };
    const response = await server.post({ query, variables }, { authorization: `Bearer ${adminToken}` });
    const answer = await response.text();
    expect([response.status, asked]).toEqual([200, 0]);
    expect(answer).toMatch(/"REFUSED".*expected a public address|BAD_USER_INPUT/);
    expect(answer).not.toContain('password');
  });

  test.each([
    'file:///etc/passwd',
    'ftp://example.org/x',
    'gopher://127.0.0.1/_x',
    'data:,x',
    'jar:http://x!/',
  ])('%s is no URL of a digest', async (url) => {
    const adminToken = 'an-admin-token-of-a-server';
    const server = await startLiveServer(database, { adminToken });
    const query =
      'mutation ($url: URL!) { ingestDigest(input: { document: { url: $url }, source: "s" }) { run { id } } }';
    const response = await server.post(
      { query, variables: { url } },
      { authorization: `Bearer ${adminToken}` },
    );
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});
