import { describe, expect, test } from 'vitest';
import { openDigest } from '../../src/digest/open-digest.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { LONG } from '../support/long.ts';
import { fixture, readDigest } from './read-digest.ts';

const MEGABYTE = 1_048_576;

function jsonLine(number: number, summary = 'Über 中文 😀 '.repeat(100)): string {
  const id = `2601.${String(number % 100_000).padStart(5, '0')}`;
  return `${JSON.stringify({ id, title: 'T', summary, AI: { tldr: '要点' } })}\n`;
}

function markdown(entries: number): string {
  return writeMarkdown({
    entries: Array.from({ length: entries }, (_, index) => ({
      url: `https://arxiv.org/abs/2601.${String(index).padStart(5, '0')}`,
      title: `Titel ${index} 😀`,
      authors: ['A', 'B'],
      category: 'cs.CL',
      parts: [{ label: 'TL;DR', text: '要点' }],
      abstract: 'Über 中文 😀 '.repeat(100),
    })),
  });
}

describe('a digest is the same in chunks of any size', () => {
  test.each([
    'current-template.md',
    'abstracts-alone.md',
    'every-record-shape.jsonl',
    'wrong-types.jsonl',
    'nul-and-controls.md',
  ])('%s byte by byte', async (name) => {
    const whole = await readDigest(fixture(name));
    for (const size of [1, 2, 3, 5, 64]) expect(await readDigest(fixture(name), size)).toEqual(whole);
  });

  test.each([
    ['JSONL', Array.from({ length: 2_000 }, (_, index) => jsonLine(index)).join('')],
    ['MARKDOWN', markdown(2_000)],
  ])('%s of some megabytes', async (form, text) => {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeGreaterThan(3 * MEGABYTE);
    const whole = await readDigest(bytes);
    expect([whole.form, whole.entries.length, whole.problems]).toEqual([form, 2_000, []]);
    for (const size of [997, 65_536]) expect(await readDigest(bytes, size)).toEqual(whole);
  });
});

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The peak increase of memory while a digest is read, and the number of items of each kind. */
async function weigh(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ most: number; kinds: Record<string, number> }> {
  const before = used();
  const kinds: Record<string, number> = {};
  let most = 0;
  let seen = 0;
  const opened = await openDigest(chunks);
  for await (const item of opened?.items ?? []) {
    const kind = item.kind === 'problem' ? item.severity : item.kind;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (seen++ % 500 === 0) most = Math.max(most, used() - before);
  }
  return { most, kinds };
}

async function* repeated(first: string, chunk: Buffer, times: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first);
  for (let time = 0; time < times; time++) yield chunk;
}

/** More than the memory that the reader may use. */
const WHOLE_MB = LONG ? 300 : 180;

describe('memory does not grow with the file', () => {
  test(`${WHOLE_MB} MB of JSONL`, async () => {
    const chunk = Buffer.from(Array.from({ length: 700 }, (_, index) => jsonLine(index)).join(''));
    const times = Math.ceil((WHOLE_MB * MEGABYTE) / chunk.length);
    const { most, kinds } = await weigh(repeated('', chunk, times));
    expect(kinds).toEqual({ entry: 700 * times });
    expect(most).toBeLessThan(150 * MEGABYTE);
  });

  test('of 300 MB in one line, which is skipped', async () => {
    const items = repeated('{"id":"2601.00009","title":"', Buffer.alloc(MEGABYTE, 'x'), 300);
    const line = async function* (): AsyncGenerator<Uint8Array> {
      yield* items;
      yield Buffer.from(`"}\n${jsonLine(1)}`);
    };
    const { most, kinds } = await weigh(line());
    expect(kinds).toEqual({ REJECTED: 1, entry: 1 });
    expect(most).toBeLessThan(50 * MEGABYTE);
  });

  test('of 50 MB in one Markdown entry, which is skipped', async () => {
    const [head = '', tail = ''] = markdown(2).split('\n\nAbstract: ', 2);
    const entry = async function* (): AsyncGenerator<Uint8Array> {
      yield* repeated(
        `${head}\n\nAbstract: `,
        Buffer.from(`${'a line of text '.repeat(5)}\n`.repeat(1_000)),
        670,
      );
      yield Buffer.from(
        `\n\n</details>\n\n\n${tail.slice(tail.indexOf('### [2]'))}\n\nAbstract: A.\n\n</details>\n`,
      );
    };
    const { most, kinds } = await weigh(entry());
    expect(kinds).toEqual({ contents: 1, REJECTED: 1, entry: 1 });
    expect(most).toBeLessThan(50 * MEGABYTE);
  });
});

describe('an entry of more than 1 MiB', () => {
  test('is left out of JSONL; one of exactly 1 MiB is not', async () => {
    const size = (bytes: number): string =>
      jsonLine(5, 'x'.repeat(bytes + 1 - Buffer.byteLength(jsonLine(5, ''))));
    const { entries, problems } = await readDigest(size(MEGABYTE) + size(MEGABYTE + 1) + jsonLine(1), 10_000);
    expect(entries.map(({ line }) => line)).toEqual([1, 3]);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 2, arxivId: '2601.00005' }]);
    expect(problems[0]?.message).toContain(`got a line of ${MEGABYTE + 1} bytes`);
  });

  test('is left out of Markdown, with its first line and id in the problem', async () => {
    const text = markdown(3).replace(
      'Titel 1 😀](https://arxiv.org/abs/2601.00001)\n*A,B*',
      `$&\n${'x\n'.repeat(600_000)}`,
    );
    const { entries, problems } = await readDigest(text, 100_000);
    expect(entries.map(({ arxivId }) => arxivId.id)).toEqual(['2601.00000', '2601.00002']);
    expect(problems).toMatchObject([{ severity: 'REJECTED', line: 35, arxivId: '2601.00001' }]);
  });
});
