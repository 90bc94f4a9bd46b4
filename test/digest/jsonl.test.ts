import { describe, expect, test } from 'vitest';
import { fixture, readDigest, refusalOf } from './read-digest.ts';

const record = (change: object = {}): string =>
  JSON.stringify({ id: '2601.00001', title: 'T', summary: 'S', ...change }) + '\n';

describe('a JSONL digest', () => {
  test('in the producer’s shape gives every field as printed', async () => {
    const { form, entries, problems } = await readDigest(fixture('every-record-shape.jsonl'));
    expect([form, problems]).toEqual(['JSONL', []]);
    expect(entries[0]).toEqual({
      kind: 'entry',
      line: 1,
      arxivId: { id: '2601.00001', version: undefined },
      statement: {
        title: 'As the producer writes it',
        abstract: 'A.',
        authors: ['Ada Park', 'N. Finch, Jr.', ':'],
        category: 'cs.LG',
        categories: ['cs.LG', 'stat.ML', '68T50 (Primary)'],
        comment: '9 pages',
        codeUrl: 'https://github.com/a/b',
        codeStars: 7,
        codeUpdatedOn: '2026-01-02',
      },
      parts: [
        { label: 'TL;DR', text: 't' },
        { label: 'Motivation', text: 'm' },
        { label: 'Method', text: 'me' },
        { label: 'Result', text: 'r' },
        { label: 'Conclusion', text: 'c' },
      ],
    });
  });

  test('in the forks’ shapes gives what each of them states', async () => {
    const { entries } = await readDigest(fixture('every-record-shape.jsonl'));
    expect(entries.slice(1).map(({ statement }) => statement)).toEqual([
      {
        title: 'A raw listing',
        abstract: 'B.',
        authors: ['B'],
        category: 'cs.CL',
        categories: ['cs.CL'],
        comment: null,
      },
      {
        title: 'Cate and url',
        abstract: 'C.',
        authors: ['C'],
        category: 'cs.CV',
        categories: ['cs.CV'],
        comment: null,
      },
      {
        url: 'http://arxiv.org/abs/2606.00004v3',
        version: 3,
        title: 'No authors, no AI object',
        abstract: 'D.',
        authors: [],
        category: 'astro-ph.GA',
        categories: ['astro-ph.GA', 'gr-qc'],
      },
      {
        title: 'Primary category',
        abstract: 'E.',
        authors: [],
        category: 'gr-qc',
        categories: ['hep-th', 'gr-qc'],
      },
      {
        title: 'Authors in one text',
        abstract: 'F.',
        authors: ['A. One', 'B. Two', 'C. Three'],
        category: 'cs.DB',
        categories: ['cs.DB'],
      },
      { title: 'AI text of other types', abstract: 'G.', authors: [] },
    ]);
  });

  test('has its AI text in published order, labelled by its keys', async () => {
    const { entries } = await readDigest(fixture('every-record-shape.jsonl'));
    expect(entries.slice(1).map(({ parts }) => parts?.map(({ label, text }) => [label, text]))).toEqual([
      undefined,
      [
        ['Title Translation', '标题'],
        ['Keywords', 'a, b'],
        ['TL;DR', 't'],
        ['Comments', null],
      ],
      [
        ['Background Knowledge', '背景'],
        ['Contribution', '贡献'],
      ],
      undefined,
      undefined,
      [
        ['TL;DR', null],
        ['Translated Summary', '번역'],
        ['Score', '0.5'],
      ],
    ]);
  });

  test('may have blank lines, repeated keys, CRLF and no final line feed', async () => {
    const text = '\n  \n{"id":"x","id":"2601.00001","title":"T","summary":"S"}\r\n\r\n' + record().trimEnd();
    const { entries, problems } = await readDigest(text);
    expect(problems).toEqual([]);
    expect(entries.map(({ line }) => line)).toEqual([3, 5]);
  });

  test('may start with a byte order mark, which is dropped with a warning', async () => {
    const { entries, problems } = await readDigest(fixture('byte-order-mark.jsonl'));
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'WARNING', line: 1 }]);
  });
});

describe('what does not fit a JSONL digest is reported', () => {
  test('with line, id, what was expected and what came', async () => {
    const { entries, problems } = await readDigest(fixture('wrong-types.jsonl'));
    expect(entries).toHaveLength(1);
    expect(problems.map(({ severity }) => severity)).toEqual(problems.map(() => 'REJECTED'));
    expect(problems.map(({ line, arxivId, message }) => [line, arxivId, message])).toEqual([
      [3, '2601.00001', 'expected text as "title", got 5'],
      [5, '2601.00001', 'expected a list of texts as "authors", got null'],
      [7, '2601.00001', 'expected text as "comment", got a list of 1'],
      [9, '2601.00001', 'expected an object as "AI", got "text"'],
      [11, '2601.00001', 'expected a whole number from 0 to 2147483647 as "code_stars", got "many"'],
      [13, '2601.00001', 'expected a day (YYYY-MM-DD) as "code_last_update", got "today"'],
      [15, undefined, 'expected text as "id", got none'],
      [17, undefined, 'expected an arXiv id as "id", got "foo"'],
      [19, '2601.00009', 'expected text as "summary", got none'],
      [21, undefined, 'expected a JSON object on one line, got "[\\"a\\"]"'],
      [23, '2601.00010', 'expected a list of texts as "categories", got an object'],
      [24, '2601.00011', 'expected a JSON object on one line, got "{\\"id\\": \\"2601.00011\\", nonsense"'],
    ]);
  });

  test('where the file ends in the middle of a record', async () => {
    const { entries, problems } = await readDigest(fixture('cut-in-a-record.jsonl'));
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 2, arxivId: '2601.00002' }]);
    expect(problems[0]?.message).toContain('the file ends in the middle of this record');
  });

  test('where text has NUL and halves of surrogate pairs', async () => {
    const { entries, problems } = await readDigest(fixture('nul-and-surrogates.jsonl'));
    expect([entries[0]?.statement.title, entries[0]?.parts]).toEqual([
      'ab',
      [
        { label: 'TL;DR', text: 'x' },
        { label: 'Method', text: '\uFFFD y' },
      ],
    ]);
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'WARNING',
        'removed 3 NUL characters and replaced 1 unpaired surrogate by U+FFFD, which Postgres text cannot hold',
      ],
    ]);
  });

  test('where a line is not UTF-8, be it the first', async () => {
    const broken = Buffer.concat([
      Buffer.from('{"id": "2601.00007", "title": "'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n'),
    ]);
    const { entries, problems } = await readDigest(Buffer.concat([broken, Buffer.from(record())]));
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00007' }]);
    expect(problems[0]?.message).toContain('not UTF-8');
  });

  test('where AI text is nested too deep to be written', async () => {
    const deep = `{"id":"2601.00002","title":"T","summary":"S","AI":{"tldr":${'['.repeat(50_000)}${']'.repeat(50_000)}}}\n`;
    const { entries, problems } = await readDigest(deep + record());
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00002' }]);
  });

  test('by refusing the file whole where no record is good', async () => {
    const error = await refusalOf(record({ title: 1 }) + record({ title: 2 }));
    expect([error.line, error.message]).toEqual([1, 'expected text as "title", got 1']);
  });
});
