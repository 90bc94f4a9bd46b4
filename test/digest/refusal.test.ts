import { describe, expect, test } from 'vitest';
import { openDigest } from '../../src/digest/open-digest.ts';
import { chunksOf, fixture, readDigest, refusalOf } from './read-digest.ts';

describe('a file that is no digest is refused with its line, what was expected and what came:', () => {
  test.each([
    ['bold-tldr-template.md', 17, '"**TL;DR**: 要点1"'],
    ['topics-template.md', 1, 'Table of Contents"'],
    ['readme.md', 3, '"Daily digests."'],
    ['page.html', 1, '"<!DOCTYPE html>"'],
    ['utf-16.md', 1, 'bytes that are not UTF-8'],
    ['gbk.md', 17, 'bytes that are not UTF-8'],
    ['pretty-printed.json', 1, 'expected a JSON object on one line, got "{"'],
    ['array.json', 1, 'JSON objects, one a line'],
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

  test('a table of contents and nothing else', async () => {
    const error = await refusalOf('<div id=toc></div>\n\n# Table of Contents\n\n');
    expect(error.message).toBe('expected entries, got none');
  });

  test('a line of 2 MB, which is quoted in part', async () => {
    const error = await refusalOf(Buffer.alloc(2_000_000, 'x'));
    expect(error.message).toContain('got a line of 2000000 bytes');
  });
});

test.each(['', '\n', ' \r\n\t\n', '\uFEFF'])('%j is empty, which is no error', async (text) => {
  expect(await openDigest(chunksOf(Buffer.from(text), 1))).toBeUndefined();
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"id":"2601.00001","title":"T","summary":"S"}\n');
  throw new Error('the disk is gone');
}

describe('the source of the bytes', () => {
  test('may fail: its error comes through as it is', async () => {
    const opened = await openDigest(failing());
    const read = async (): Promise<void> => {
      for await (const item of opened?.items ?? []) expect(item.kind).toBe('entry');
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });

  test('is closed where the file is refused, and where the reader stops early', async () => {
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

test('a JSONL file that is nothing but bad records is refused before it is read to its end', async () => {
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

test('a first line that cannot be read does not hide the others', async () => {
  const long = `{"id": "2601.00002", "title": "T", "summary": "${'x'.repeat(1_100_000)}"}\n`;
  const { entries, problems } = await readDigest(
    `${long}{"id":"2601.00001","title":"T","summary":"S"}\n`,
    4_096,
  );
  expect(entries).toHaveLength(1);
  expect(problems).toMatchObject([{ severity: 'REJECTED', line: 1, arxivId: '2601.00002' }]);
});
