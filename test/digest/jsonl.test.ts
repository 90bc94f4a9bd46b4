import { describe, expect, test } from 'vitest';
import { fixture, readDigest, refusalOf } from './read-digest.ts';

const record = (change: object = {}): string =>
  JSON.stringify({ id: '2601.00001', title: 'T', summary: 'S', ...change }) + '\n';

describe('a JSONL digest', () => {
  test('in the producer’s shape has every field as printed', async () => {
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

  test.each([
    ['2601.00001', 'https://arxiv.org/abs/2601.00001v2', 2],
    ['2601.00001v1', 'https://arxiv.org/abs/2601.00001v2', 2],
    ['2601.00001v3', 'https://arxiv.org/abs/2601.00001', 3],
    ['2601.00001', 'https://arxiv.org/abs/2601.00002v2', undefined],
    ['2601.00001', 'https://example.org/v2', undefined],
  ])('with the id %s and the link %s is of version %s', async (id, abs, version) => {
    const { entries } = await readDigest(record({ id, abs }));
    expect(entries[0]?.statement.version).toBe(version);
  });

  test('in the shapes of forks has the fields that each of them states', async () => {
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

  test('has its AI text in published order, with labels from its keys', async () => {
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

  test.each([
    [{ categories: 'cs.LG cs.AI' }, ['cs.LG', 'cs.AI']],
    [{ categories: 'cs.LG, stat.ML' }, ['cs.LG', 'stat.ML']],
    [{ categories: ['cs.LG ', 'cs.ai', 'Robotics (cs.RO)'] }, ['cs.LG', 'cs.AI', 'cs.RO']],
    [{ categories: ['cs.LG cs.AI'] }, ['cs.LG', 'cs.AI']],
    [{ cate: 'Machine Learning (cs.LG); Robotics (cs.RO)' }, ['cs.LG', 'cs.RO']],
    [{ primary_category: ' cs.lg', categories: ['cs.AI', 'cs.LG'] }, ['cs.AI', 'cs.LG']],
    [
      { categories: ['cs.LG', '68T50 (Primary) 68T07, 68Q32 (Secondary)', 'I.4.8; I.2.10'] },
      ['cs.LG', '68T50 (Primary) 68T07, 68Q32 (Secondary)', 'I.4.8; I.2.10'],
    ],
  ])('lists its subjects as codes and other texts: %j', async (change, categories) => {
    const { entries, problems } = await readDigest(record(change));
    expect(problems).toEqual([]);
    expect(entries[0]?.statement).toMatchObject({ categories, category: 'cs.LG' });
  });

  test.each([
    ['Ada Park, Bo Li and Cy Fox', ['Ada Park', 'Bo Li', 'Cy Fox']],
    ['Ada Park, Bo Li, and Cy Fox', ['Ada Park', 'Bo Li', 'Cy Fox']],
    ['Noel R. Finch, Jr., Ada Park and Bo Li, III', ['Noel R. Finch, Jr.', 'Ada Park', 'Bo Li, III']],
    ['Ada Park and Noel Finch, Jr.', ['Ada Park', 'Noel Finch, Jr.']],
    ['Finch, Noel and Park, Ada', ['Finch, Noel', 'Park, Ada']],
    ['Finch, Noel; Park, Ada', ['Finch, Noel', 'Park, Ada']],
    ['Alexandra Sandberg, Andy Rand', ['Alexandra Sandberg', 'Andy Rand']],
    [' Ada Park ,\n Bo  Li, ', ['Ada Park', 'Bo Li']],
    ['', []],
  ])('has the authors of one text as separate names: %j', async (authors, names) => {
    const { entries } = await readDigest(record({ authors }));
    expect(entries[0]?.statement.authors).toEqual(names);
  });

  test('has the same labels for keys in any case', async () => {
    const ai = { TLDR: 't', Motivation: 'm', METHOD: 'me', summaryZH: 'z' };
    const { entries } = await readDigest(
      record({ AI: ai }) + record({ ai }) + record({ AI: { tldr: 't', TLDR: 'u' } }) + record({ ai: true }),
    );
    const labels = ['TL;DR', 'Motivation', 'Method', 'SummaryZH'];
    expect(entries.map(({ parts }) => parts?.map(({ label }) => label))).toEqual([
      labels,
      labels,
      ['TL;DR', 'TLDR'],
      undefined,
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

describe('a problem in a JSONL digest is reported', () => {
  test('with line, id, and the expected and the actual value', async () => {
    const { entries, problems } = await readDigest(fixture('wrong-types.jsonl'));
    expect(entries.map(({ line }) => line)).toEqual([1, 11, 13]);
    const warned = problems.filter(({ severity }) => severity === 'WARNING');
    expect(warned.map(({ line }) => line)).toEqual([11, 13]);
    expect(problems.map(({ line, arxivId, message }) => [line, arxivId, message])).toEqual([
      [3, '2601.00001', 'expected text as "title", got 5'],
      [5, '2601.00001', 'expected a list of texts as "authors", got null'],
      [7, '2601.00001', 'expected text as "comment", got a list of 1'],
      [9, '2601.00001', 'expected an object as "AI", got "text"'],
      [
        11,
        '2601.00001',
        'expected a whole number from 0 to 2147483647 as "code_stars", got "many"; it is left out',
      ],
      [13, '2601.00001', 'expected a day (YYYY-MM-DD) as "code_last_update", got "today"; it is left out'],
      [15, undefined, 'expected text as "id", got none'],
      [17, undefined, 'expected an arXiv id as "id", got "foo"'],
      [19, '2601.00009', 'expected text as "summary", got none'],
      [21, undefined, 'expected a JSON object on one line, got "[\\"a\\"]"'],
      [23, '2601.00010', 'expected a list of texts as "categories", got an object'],
      [
        24,
        '2601.00011',
        'expected a JSON object on one line; at column 22 expected a key in quotes, got "nonsense"',
      ],
    ]);
  });

  test.each([
    ['javascript:alert(1)', undefined],
    ['github.com/x/y', 'https://github.com/x/y'],
    ['//github.com/x/y', 'https://github.com/x/y'],
    ['https://github.com/x/y z', undefined],
    ['https://github.com/用户', 'https://github.com/%E7%94%A8%E6%88%B7'],
    [' HTTP://e.org/?q=%20#a ', 'HTTP://e.org/?q=%20#a'],
    ['https://e.org/%zz', undefined],
    ['git@github.com:x/y.git', undefined],
    ['ftp://e.org/x', undefined],
    [`https://e.org/${'x'.repeat(2_000)}`, undefined],
    [7, undefined],
  ])('if a URL is invalid, which is left out: %j', async (code_url, codeUrl) => {
    const { entries, problems } = await readDigest(record({ code_url, code_stars: 3 }));
    expect(entries[0]?.statement.codeUrl).toBe(codeUrl);
    const warnings = problems.map(({ severity, line, arxivId }) => [severity, line, arxivId]);
    expect(warnings).toEqual(codeUrl === undefined ? [['WARNING', 1, '2601.00001']] : []);
  });

  test.each(['', ' ', 'n/a', 'None', 'NULL', '-', null])(
    'but not if the code fields have the empty value %j',
    async (nothing) => {
      const change = { code_url: nothing, code_stars: nothing, code_last_update: nothing };
      const { entries, problems } = await readDigest(record(change));
      expect(problems).toEqual([]);
      expect(entries[0]?.statement).toEqual({ title: 'T', abstract: 'S', authors: [] });
    },
  );

  test('if stars have no code URL; numbers as text and instants are read', async () => {
    const code = { code_url: 'https://e.org/', code_stars: ' 12 ', code_last_update: '2026-01-02T03:04:05Z' };
    const { entries, problems } = await readDigest(record(code) + record({ code_stars: 12 }));
    expect(entries[0]?.statement).toMatchObject({ codeStars: 12, codeUpdatedOn: '2026-01-02' });
    expect(problems).toMatchObject([
      { severity: 'WARNING', line: 2, message: expect.stringContaining('"code_stars"') as string },
    ]);
  });

  test.each([
    ['"score":NaN}', 'at column 54 expected a value, got "NaN"'],
    ['"score":-Infinity}', 'at column 54 expected a value, got "-Infinity"'],
    [
      '"score":1} {"id":"2601.00001"}',
      'at column 57 expected the end of the line, got "{\\"id\\":\\"2601.00001\\"}"',
    ],
    ['"score":1', 'the line ends where "," or "}" is due'],
  ])('if a line is not one object, with the column and the text there: %j', async (end, said) => {
    const broken = `{"id":"2601.00009","title":"T","summary":"S",${end}`;
    const { entries, problems } = await readDigest(`${broken}\n${record()}`);
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00009' }]);
    expect(problems[0]?.message).toContain('expected a JSON object on one line');
    expect(problems[0]?.message).toContain(said);
  });

  test('if the file ends in the middle of a record', async () => {
    const { entries, problems } = await readDigest(fixture('cut-in-a-record.jsonl'));
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 2, arxivId: '2601.00002' }]);
    expect(problems[0]?.message).toContain('the file ends in the middle of this record');
  });

  test('if the last line, without a line feed, has more than a record', async () => {
    const { problems } = await readDigest(`${record()}${record().trimEnd()} x`);
    expect(problems[0]?.message).toContain('expected the end of the line, got "x"');
  });

  test('if text has NUL or unpaired surrogates', async () => {
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

  test('if a line is not UTF-8, even the first', async () => {
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

  test('if AI text is nested too deeply to be stored', async () => {
    const nested = '['.repeat(50_000) + ']'.repeat(50_000);
    const deep = `{"id":"2601.00002","title":"T","summary":"S","AI":{"tldr":${nested}}}\n`;
    const { entries, problems } = await readDigest(deep + record());
    expect(entries).toHaveLength(1);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00002' }]);
  });

  test('by refusing the whole file if no record is good', async () => {
    const error = await refusalOf(record({ title: 1 }) + record({ title: 2 }));
    expect([error.line, error.message]).toEqual([1, 'expected text as "title", got 1']);
  });
});
