import { describe, expect, test } from 'vitest';
import { fixture, readDigest } from './read-digest.ts';

const labels = (parts: readonly { label: string }[] = []): string[] => parts.map(({ label }) => label);

describe('a Markdown digest', () => {
  test('in the current template has its table of contents and every field as printed', async () => {
    const { form, contents, entries, problems } = await readDigest(fixture('current-template.md'));
    expect(form).toBe('MARKDOWN');
    expect(problems).toEqual([]);
    expect(contents).toEqual([
      { category: 'cs.IT', total: 2 },
      { category: 'math.CO', total: 1 },
    ]);
    expect(entries[0]).toEqual({
      kind: 'entry',
      line: 13,
      arxivId: { id: '2601.00011', version: undefined },
      statement: {
        title: 'Cyclic codes over Z2[u](u2(1+u), v2)',
        abstract:
          'We study codes.\nMotivation: none is needed.\n  A second paragraph, (see [1](http://example.org)).',
        authors: ['Ada Park', 'Günter Öz', 'Noel R. Finch, Jr.'],
        category: 'cs.IT',
      },
      parts: [
        { label: 'TL;DR', text: '提出一种新的循环码。' },
        { label: 'Motivation', text: '动机。\n\n### Motivation' },
        { label: 'Method', text: '方法。' },
        { label: 'Result', text: '结果。' },
        { label: 'Conclusion', text: '结论。' },
      ],
    });
  });

  test.each(['current-template.md', 'task-label.md', 'abstracts-alone.md', 'cut-in-an-entry.md'])(
    'whose lines end at CR LF is the same as with LF alone: %s',
    async (name) => {
      const text = fixture(name).toString();
      const crlf = text.replaceAll('\n', '\r\n');
      for (const size of [1, 64, Infinity])
        expect(await readDigest(crlf, size)).toEqual(await readDigest(text));
    },
  );

  test('keeps CR within a line, and every CR if the first line ends with LF alone', async () => {
    const text = fixture('current-template.md').toString();
    const [alone, within] = ['方法\r。', '方法。\r\n二'].map((method) => text.replace('方法。', method));
    const methods = async (digest = ''): Promise<unknown> =>
      (await readDigest(digest)).entries[0]?.parts?.find(({ label }) => label === 'Method')?.text;
    expect(await methods(alone?.replaceAll('\n', '\r\n'))).toBe('方法\r。');
    expect(await methods(within)).toBe('方法。\r\n二');
  });

  test('keeps a link that is not the canonical one, and the version', async () => {
    const { entries } = await readDigest(fixture('current-template.md'));
    expect(entries.map(({ arxivId, statement }) => [arxivId.id, statement.url, statement.version])).toEqual([
      ['2601.00011', undefined, undefined],
      ['2601.00012', 'http://arxiv.org/abs/2601.00012v2', 2],
      ['math/0309136', 'https://arxiv.org/abs/math.CO/0309136', undefined],
    ]);
  });

  test('treats line separators other than LF as text', async () => {
    const { entries } = await readDigest(fixture('current-template.md'));
    expect(entries[1]?.parts?.map(({ text }) => text)).toEqual([
      '',
      'None',
      'Method extraction failed',
      '结果\r含回车',
      '结论\u2028行',
    ]);
  });

  test('whose summary is labelled "TLDR" has the same parts', async () => {
    const { contents, entries, problems } = await readDigest(fixture('tldr-label.md'));
    expect([contents, problems]).toEqual([[{ category: 'cs.CL', total: 2 }], []]);
    expect(entries.map(({ parts }) => labels(parts))).toEqual(
      Array.from({ length: 2 }, () => ['TL;DR', 'Motivation', 'Method', 'Result', 'Conclusion']),
    );
  });

  test('with tasks has no table of contents, categories or numbers', async () => {
    const { contents, entries, problems } = await readDigest(fixture('task-label.md'));
    expect([contents, problems]).toEqual([undefined, []]);
    expect(entries).toHaveLength(2);
    expect(labels(entries[1]?.parts)).toEqual(['Task', 'Motivation', 'Method', 'Result', 'Conclusion']);
    expect(entries[1]?.statement).toEqual({
      title: 'Paper 2',
      abstract: 'Line one\nline two 2.',
      authors: ['Author 2', 'B. Ng'],
    });
  });

  test('with only abstracts has no AI text', async () => {
    const { entries, problems } = await readDigest(fixture('abstracts-alone.md'));
    expect(problems).toEqual([]);
    expect(entries.map(({ line, parts, statement }) => [line, parts, statement.abstract])).toEqual([
      [1, undefined, 'Line one\nline two 1.'],
      [9, undefined, 'Line one\nline two 2.'],
      [17, undefined, 'Line one\nline two 3.'],
    ]);
  });

  test('may have a table of contents without totals and entries without numbers', async () => {
    const { contents, entries, problems } = await readDigest(fixture('contents-without-totals.md'));
    expect(problems).toEqual([]);
    expect(contents).toEqual([
      { category: 'cs.CV', total: null },
      { category: 'cs.CL', total: null },
    ]);
    expect(entries.map(({ statement }) => statement.category)).toEqual(['cs.CV', 'cs.CL', 'cs.CL']);
  });

  test('may have sections without a table of contents', async () => {
    const { contents, entries, problems } = await readDigest(fixture('sections-without-contents.md'));
    expect([contents, problems]).toEqual([undefined, []]);
    expect(entries.map(({ statement }) => statement.category)).toEqual(['cs.CV', 'cs.CL']);
  });
});

describe('a problem in a Markdown digest is reported', () => {
  test('if a total differs from the number of entries, with both numbers', async () => {
    const { entries, problems } = await readDigest(fixture('totals-differ.md'));
    expect(entries).toHaveLength(3);
    expect(problems).toEqual([
      {
        kind: 'problem',
        severity: 'WARNING',
        line: undefined,
        arxivId: undefined,
        message: 'the table of contents says 3 entries in cs.CL, found 2',
      },
    ]);
  });

  test('if an entry has another category than its section, with both', async () => {
    const { entries, problems } = await readDigest(fixture('another-main-category.md'));
    expect(entries.map(({ arxivId }) => arxivId.id)).toEqual(['2504.10001']);
    expect(problems).toMatchObject([
      {
        severity: 'REJECTED',
        line: 40,
        arxivId: '2504.10002',
        message: 'expected main category "cs.CL", that of the section, got "cs.CV"',
      },
    ]);
  });

  test('if a label is missing, and all other entries are read', async () => {
    const { entries, problems } = await readDigest(fixture('label-missing.md'));
    expect(entries.map(({ arxivId }) => arxivId.id)).toEqual(['2504.10001', '2504.10003']);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 47, arxivId: '2504.10002' }]);
    expect(problems[0]?.message).toContain('expected "Result:"');
  });

  test('if a heading is malformed, and the entry before it is unaffected', async () => {
    const { entries, problems } = await readDigest(fixture('heading-broken.md'));
    expect(entries.map(({ arxivId, statement }) => [arxivId.id, statement.abstract])).toEqual([
      ['2504.10001', 'Abstract 1.'],
      ['2504.10003', 'Abstract 3.'],
    ]);
    expect(problems).toMatchObject([
      { severity: 'REJECTED', line: 35, arxivId: '2504.10002' },
      { severity: 'REJECTED', line: 81, arxivId: '2504.10004' },
    ]);
    expect(problems[0]?.message).toMatch(/^expected "### \[2\] \[title\]\(link\)", got "## \[2\] /);
  });

  test('if text belongs to no entry, and all entries are read', async () => {
    const text = fixture('current-template.md')
      .toString()
      .replace('# math.CO [[Back]](#toc)\n', '$&\nA line between.\n');
    const { entries, problems } = await readDigest(`${text}\nMade by a fork.\n`);
    expect(entries).toHaveLength(3);
    expect(problems.map(({ severity, line, message }) => [severity, line, message])).toEqual([
      [
        'REJECTED',
        67,
        'expected an entry ("### [number] [title](link)") or a section, got "A line between."',
      ],
      ['REJECTED', 91, expect.stringContaining('got "Made by a fork."')],
    ]);
  });

  test('if a number is skipped', async () => {
    const text = fixture('tldr-label.md').toString().replace('### [2]', '### [3]');
    const { entries, problems } = await readDigest(text);
    expect(entries).toHaveLength(2);
    expect(problems).toMatchObject([{ severity: 'WARNING', line: 34 }]);
  });

  test('if a line of an abstract looks like the end of an entry', async () => {
    const text = fixture('tldr-label.md').toString().replace('Abstract 1.', 'A\n\n</details>\n\nB');
    const { entries, problems } = await readDigest(text);
    expect(entries[0]?.statement.abstract).toBe('A\n\n</details>\n\nB');
    expect(problems).toMatchObject([{ severity: 'WARNING', line: 32, arxivId: '2504.10001' }]);
  });

  test('if the file ends in the middle of an entry', async () => {
    const { entries, problems } = await readDigest(fixture('cut-in-an-entry.md'));
    expect(entries).toHaveLength(2);
    expect(problems[0]).toMatchObject({ severity: 'REJECTED', line: 58, arxivId: '2504.10003' });
    expect(problems[0]?.message).toContain('the file ends in the middle of this entry');
  });

  test('if the file is cut anywhere, and the entries before the cut are complete', async () => {
    const bytes = fixture('current-template.md');
    const { entries: whole } = await readDigest(bytes);
    const ends = whole.map(({ line }, index) => endOf(bytes, whole[index + 1]?.line ?? Infinity, line));
    const first = ends[0] ?? 0;
    for (let at = first; at < bytes.length; at++) {
      const { entries, problems } = await readDigest(bytes.subarray(0, at));
      const complete = ends.filter((end) => end <= at).length;
      expect(entries, `cut at ${at}`).toEqual(whole.slice(0, complete));
      const inEntry = whole.some(({ line }, index) => startOf(bytes, line) < at && at < (ends[index] ?? 0));
      const saysSo = problems.some(({ message }) => message.includes('the file ends in the middle'));
      expect(saysSo || !inEntry, `cut at ${at}`).toBe(true);
    }
  });

  test('if text has NUL, which is removed and counted', async () => {
    const { entries, problems } = await readDigest(fixture('nul-and-controls.md'));
    expect(entries[0]?.parts?.map(({ text }) => text)).toEqual([
      '5-10%',
      '\tab',
      '\v\f',
      '\x1C\x85',
      '\u2029',
    ]);
    expect(problems).toMatchObject([
      {
        severity: 'WARNING',
        line: 12,
        arxivId: '2504.10001',
        message: 'removed 2 NUL characters, which Postgres text cannot hold',
      },
    ]);
  });
});

/** The byte offset at which a line starts. */
function startOf(bytes: Buffer, line: number): number {
  let at = 0;
  for (let number = 1; number < line; number++) at = bytes.indexOf('\n', at) + 1;
  return at;
}

/** The offset at which the entry between two lines ends: after its last `</details>`. */
function endOf(bytes: Buffer, next: number, line: number): number {
  const until = next === Infinity ? bytes.length : startOf(bytes, next);
  return (
    startOf(bytes, line) +
    bytes.subarray(startOf(bytes, line), until).lastIndexOf('</details>') +
    '</details>'.length
  );
}
