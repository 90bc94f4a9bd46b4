import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { startServing } from '../support/serving.ts';
import { openTestDatabase } from '../support/database.ts';

const PAPERS = `query Papers($first: Int) {
  papers(first: $first) {
    ...Titles
  }
}`;
const TITLES = `fragment Titles on PaperConnection {
  nodes {
    ...Title
  }
}`;
const TITLE = `fragment Title on Paper {
  title
}`;
const COUNT = `{
  papers {
    totalCount
  }
}`;

const idOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A folder with these files, which goes with the test. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-operations-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

describe('papergraph operations', () => {
  test('writes each operation of a folder with the fragments that it needs, by its SHA-256', async () => {
    const folder = folderOf({
      'b/papers.graphql': `# a comment\n${PAPERS}\n${COUNT}`,
      'a/fragments.gql': `${TITLE} ${TITLES} fragment Unused on Paper { id }`,
      'node_modules/other.graphql': '{ other }',
      'notes.txt': 'no GraphQL',
    });
    const all = [`${PAPERS}\n\n${TITLES}\n\n${TITLE}`, COUNT];
    const list = `${JSON.stringify(Object.fromEntries(all.map((text) => [idOf(text), text])), null, 2)}\n`;
    expect(await runCli(['operations', folder])).toEqual({ status: 0, stdout: list, stderr: '' });

    const file = path.join(folder, 'list.json');
    expect(await runCli(['operations', folder, '--out', file])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).toBe(list);
  });

  test('names the file and line of every mistake, and then writes nothing', async () => {
    const folder = folderOf({
      '1.graphql': '{ papers { nodes { ...A } } }\nquery Two {\n  unknown\n}',
      '2.graphql': 'fragment A on Paper {\n  titel\n}',
      '3.graphql': '{ papers {\n',
      '4.graphql': 'fragment A on Paper { id }',
      '5.graphql': 'type Query { a: Int }',
      '6.graphql': '{ papers { ...Missing } }',
    });
    const { status, stdout, stderr } = await runCli(['operations', folder]);
    expect([status, stdout]).toEqual([1, '']);
    const lines = stderr.trim().split('\n');
    const about = (name: string) => lines.filter((line) => line.startsWith(`papergraph: ${folder}/${name}`));
    expect(about('1.graphql:3: Cannot query field "unknown"')).toHaveLength(1);
    expect(about('2.graphql:2: Cannot query field "titel"')).toHaveLength(1);
    expect(about('3.graphql:2: Syntax Error')).toHaveLength(1);
    expect(about('4.graphql:1: another fragment "A"')).toHaveLength(1);
    expect(about('5.graphql:1: expected operations and fragments')).toHaveLength(1);
    expect(about('6.graphql:1: Unknown fragment "Missing"')).toHaveLength(1);
    expect(lines).toHaveLength(6);
  });

  test('refuses what is not a folder, and a folder without operations', async () => {
    const folder = folderOf({ 'a.txt': '' });
    expect(await runCli(['operations', path.join(folder, 'none')])).toMatchObject({ status: 2 });
    const empty = await runCli(['operations', folder]);
    expect(empty.status).toBe(2);
    expect(empty.stderr).toMatch(/expected operations in files .* found none\n$/);
  });
});

describe('papergraph serve --trusted-documents', () => {
  test('runs what `papergraph operations` wrote, and only that if told so', async () => {
    const folder = folderOf({ 'count.graphql': COUNT });
    const list = path.join(folder, 'list.json');
    await runCli(['operations', folder, '--out', list]);
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const { url } = await startServing(database.url, ['--only-trusted-documents'], {
      PAPERGRAPH_TRUSTED_DOCUMENTS: list,
    });
    const answer = async (params: Record<string, string>): Promise<unknown> =>
      await (await fetch(`${url}/graphql?${new URLSearchParams(params).toString()}`)).json();
    for (const params of [{ documentId: idOf(COUNT) }, { query: COUNT }])
      for (let time = 0; time < 3; time++)
        expect(await answer(params)).toMatchObject({ data: { papers: { totalCount: 0 } } });
    expect(await answer({ query: '{ papers { totalCount } }' })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test.each([
    ['not JSON', '{', ['expected JSON']],
    ['no object', '[]', ['expected a JSON object']],
    ['a wrong hash', { [idOf('{ a }')]: COUNT }, ['the SHA-256 of its document is']],
    ['a wrong hash without prefix', { [idOf('{ a }').slice(7)]: COUNT }, ['the SHA-256 of its document is']],
    [
      'invalid documents',
      { a: '{ unknown }', b: '{' },
      ['a: 1:3: Cannot query field', 'b: 1:2: Syntax Error'],
    ],
    ['no text', { a: 1 }, ['a: expected the text of a document']],
    ['a strange id', { 'a b': COUNT }, ['"a b": expected an id']],
  ])('names every fault of a list and does not start: %s', async (_name, list, expected) => {
    const folder = folderOf({ 'list.json': typeof list === 'string' ? list : JSON.stringify(list) });
    const file = path.join(folder, 'list.json');
    const { status, stderr } = await runCli(['serve', '--trusted-documents', file]);
    expect(status).toBe(2);
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(expected.length);
    for (const [index, message] of expected.entries())
      expect(lines[index]?.replace(`papergraph: ${file}: `, '')).toMatch(message);
  });

  test('refuses a file that it cannot read, and --only-trusted-documents without a list', async () => {
    const missing = await runCli(['serve', '--trusted-documents', '/nowhere/list.json']);
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/^papergraph: --trusted-documents: cannot read \/nowhere\/list.json: .*\n$/),
    ]);
    const alone = await runCli(['serve', '--only-trusted-documents']);
    expect([alone.status, alone.stderr]).toEqual([
      2,
      'papergraph: --only-trusted-documents: expected also --trusted-documents <file>\n',
    ]);
  });
});
