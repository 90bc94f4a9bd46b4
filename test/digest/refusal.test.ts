import { describe, expect, test } from 'vitest';
import { openDigest } from '../../src/digest/open-digest.ts';
import { chunksOf, fixture, readDigest, refusalOf } from './read-digest.ts';

const RECORD = '{"id":"2601.00001","title":"T","summary":"S"}\n';

describe('a file that is not a digest is refused with the line, the expected and the actual text:', () => {
  test.each([
    ['bold-tldr-template.md', 17, '"**TL;DR**: 要点1"'],
    ['topics-template.md', 1, 'Table of Contents"'],
    ['readme.md', 3, '"Daily digests."'],
    ['page.html', 1, '"<!DOCTYPE html>"'],
    ['utf-16.md', 1, 'bytes that are not UTF-8'],
    ['gbk.md', 17, 'bytes that are not UTF-8'],
    ['pretty-printed.json', 1, 'expected a JSON object on one line, got "{"'],
    ['array.json', 1, 'JSON objects, one per line'],
  ])('%s', async (name, line, said) => {
    const error = await refusalOf(fixture(name));
    expect(error.line).toBe(line);
    expect(error.message).toContain('expected ');
    expect(error.message).toContain(said);
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(400);
  });

  test('binary', async () => {
    const error = await refusalOf(Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x0a, 0x00]));
    expect([error.line, error.message]).toEqual([1, expect.stringContaining('bytes that are not UTF-8')]);
  });

  test.each([
    [
      '- [cs.CV](#cs.CV) [Total: 2]\n- [cs.CL](#cs.CL) [Total: 1]\n',
      'expected the 3 entries that the table of contents promises (2 in cs.CV, 1 in cs.CL), got none',
    ],
    ['- [cs.CV](#cs.CV)\n', 'expected the entries that the table of contents promises (cs.CV), got none'],
    [
      'abcdefg'.replaceAll(/./g, (letter) => `- [cs.${letter}](#cs.${letter}) [Total: 1]\n`),
      'expected the 7 entries that the table of contents promises ' +
        '(1 in cs.a, 1 in cs.b, 1 in cs.c, 1 in cs.d, 1 in cs.e and 2 more categories), got none',
    ],
  ])('a table of contents that announces entries, without entries: %j', async (contents, said) => {
    const error = await refusalOf(`<div id=toc></div>\n\n# Table of Contents\n\n${contents}`);
    expect(error.message).toBe(said);
  });

  test.each([
    ['a README that shows a record', `# Daily digests\n\nA record:\n\n${RECORD}`],
    ['a README that begins with a picture', `<p align="center">\n</p>\n\n${RECORD}`],
    ['prose with a record in it', `${'Some words.\n\n'.repeat(5)}${RECORD}`],
    ['a log of more than 100 lines', `${'INFO fetched\n'.repeat(100)}${RECORD}`],
    ['a JSON array, a record a line', `[\n${RECORD.trim()},\n${RECORD}]\n`],
    ['a log that comes before bad records', 'INFO fetched\n{"id":"2601.00001"}\n'],
  ])('%s', async (_what, text) => {
    const error = await refusalOf(text);
    expect([error.line, error.message]).toEqual([1, expect.stringContaining('expected a digest') as string]);
  });

  test('a line of 2 MB, of which the message quotes the start', async () => {
    const error = await refusalOf(Buffer.alloc(2_000_000, 'x'));
    expect(error.message).toContain('got a line of 2000000 bytes');
  });
});

test.each(['', '\n', ' \r\n\t\n', '\uFEFF'])('%j is an empty file, which is not an error', async (text) => {
  expect(await openDigest(chunksOf(Buffer.from(text), 1))).toBeUndefined();
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"id":"2601.00001","title":"T","summary":"S"}\n');
  throw new Error('the disk is gone');
}

describe('JSONL that does not begin with a record is read, with other lines rejected by number:', () => {
  test.each([
    ['merge marks', `<<<<<<< HEAD\n${RECORD}=======\n${RECORD}>>>>>>> main\n`, [1, 3, 5]],
    ['merge marks around one record', `<<<<<<< HEAD\n${RECORD}=======\n>>>>>>> main\n`, [1, 3, 4]],
    ['a line of a log', `[INFO] 12:00 fetched\n\n${RECORD}`, [1]],
    [
      'a line of a log that is not UTF-8',
      Buffer.concat([Buffer.from([0xe9, 0x0a]), Buffer.from(RECORD)]),
      [1],
    ],
    ['a comment', `# written by hand\n${RECORD}${RECORD}`, [1]],
    ['a word of JSON', `null\n${RECORD}`, [1]],
  ])('%s', async (_what, text, lines) => {
    for (const size of [1, 7, Infinity]) {
      const { form, entries, problems } = await readDigest(text, size);
      expect([form, entries.length > 0]).toEqual(['JSONL', true]);
      expect(problems.map(({ severity, line }) => [severity, line])).toEqual(
        lines.map((line) => ['REJECTED', line]),
      );
    }
  });
});

test.each(['', '- [cs.CV](#cs.CV) [Total: 0]\n', "\n\n<div id='cs.CV'></div>\n\n# cs.CV [[Back]](#toc)\n"])(
  'a table of contents without entries is not an error: %j',
  async (rest) => {
    const { form, contents, entries, problems } = await readDigest(
      `<div id=toc></div>\n\n# Table of Contents\n\n${rest}`,
    );
    expect([form, contents?.length, entries, problems]).toEqual([
      'MARKDOWN',
      rest.startsWith('-') ? 1 : 0,
      [],
      [],
    ]);
  },
);

describe('the byte stream of a file', () => {
  test('may fail with an error, which is passed on unchanged', async () => {
    const opened = await openDigest(failing());
    const read = async (): Promise<void> => {
      for await (const item of opened?.items ?? []) expect(item.kind).toBe('entry');
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });

  test('is closed if the file is refused, and if the reader stops early', async () => {
    let closed = 0;
    const source = async function* (text: string): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from(text);
      } finally {
        closed++;
      }
    };
    await expect(openDigest(source('<html>\n'))).rejects.toThrow('<html>');
    expect(closed).toBe(1);
    const opened = await openDigest(source('{"id":"2601.00001","title":"T","summary":"S"}\n'));
    for await (const item of opened?.items ?? []) if (item.kind === 'entry') break;
    expect(closed).toBe(2);
  });
});

test('a JSONL file with only bad records is refused before its end is read', async () => {
  let given = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      given++;
      yield Buffer.from('{"no": "paper"}\n'.repeat(1_000));
    }
  };
  const opened = await openDigest(endless());
  const read = async (): Promise<void> => {
    for await (const item of opened?.items ?? []) expect(item.kind).toBe('none');
  };
  await expect(read()).rejects.toThrow('expected text as "id", got none');
  expect(given).toBeLessThan(100);
});

test('an unreadable first line does not hide the others', async () => {
  const long = `{"id": "2601.00002", "title": "T", "summary": "${'x'.repeat(1_100_000)}"}\n`;
  const { entries, problems } = await readDigest(
    `${long}{"id":"2601.00001","title":"T","summary":"S"}\n`,
    4_096,
  );
  expect(entries).toHaveLength(1);
  expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00002' }]);
});
