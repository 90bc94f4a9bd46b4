import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/digest/content-hash.ts';
import { DigestError } from '../../src/digest/digest-error.ts';
import type { SummaryPart } from '../../src/digest/digest.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { fixture, readDigest } from './read-digest.ts';

// Texts that readers easily misread: labels, ends and starts of entries, separators that are not LF, space at
// the edges.
const PITFALLS = [
  '](', '](http', '[', ')', '*', ',', ', Jr.', ' ', '\n', '\n\n', '\r', '\v', '\f', '\x1C', '\x85', '\u2028',
  '\u2029', '\uFEFF', 'Motivation: ', '\nMotivation: ', '\n\nMethod', '\n\n### Motivation', 'TL;DR: ',
  'Abstract: ', '\n\nAbstract: ', '<details>', '</details', '</details> ', '\n</details>\n', '# cs.CV',
  "<div id='cs.CV'></div>", '### [', '- [cs.CV](#cs.CV) [Total: 1]',
  '$\\alpha$', '<think>', '😀', '中文', 'e\u0301', '{}', '\\', '"',
]; // prettier-ignore

const word = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...PITFALLS) },
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const stored = (text: string): string => Buffer.from(text.replaceAll('\0', '')).toString();
const text = fc.array(word, { maxLength: 8 }).map((words) => stored(words.join('')));
const line = text.map((words) => words.replaceAll('\n', ' '));

// Ambiguous text is not restored exactly: lines that look like the end of an entry and the start of another,
// a mark before its place, names with a comma at either end.
const END_THEN_START = /(?:^|\n)<\/details>\n\n+(?:### \[|#.*\]\(http|# \S|<div id=)/s;
const prose = text.filter((each) => !END_THEN_START.test(each));
const title = line;
const name = line.filter((each) => !/^ |^$|,(?! )/.test(each) && !each.startsWith(','));
const before = (mark: string) =>
  prose.filter((part) => !part.includes(mark) && !`${part}${mark}`.slice(0, -1).includes(mark));
const parts = fc
  .tuple(
    before('\n\n\n<details>\n  <summary>Details</summary>\nMotivation: '),
    before('\n\nMethod: '),
    before('\n\nResult: '),
    before('\n\nConclusion: '),
    before('\n\nAbstract: '),
  )
  .map((texts): SummaryPart[] =>
    ['TL;DR', 'Motivation', 'Method', 'Result', 'Conclusion'].map((label, index) => ({
      label,
      text: texts[index] ?? '',
    })),
  );
const category = fc.constantFrom('cs.CV', 'cs.LG', 'math-ph', 'cond-mat.mtrl-sci');
const link = fc
  .tuple(
    fc.constantFrom('https://arxiv.org/abs/', 'http://arxiv.org/abs/', 'https://arxiv.org/pdf/'),
    fc.constantFrom('2601.00001', '0705.1862', 'astro-ph/9605151', 'math.GT/0309136'),
    fc.constantFrom('', 'v1', 'v12'),
  )
  .map((pieces) => pieces.join(''));
const entry = fc.record({
  url: link,
  title,
  authors: fc.array(name, { maxLength: 4 }),
  category,
  parts,
  abstract: prose,
});

describe('a digest of any text can be written and read back unchanged,', () => {
  test('from Markdown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (entries) => {
        // The separator of names is detected per file; in this one it is the bare comma.
        const joined = { ...entries[0], authors: ['Ada Park', 'Li Wei'] } as (typeof entries)[number];
        const sorted = [joined, ...entries].toSorted((a, b) =>
          a.category < b.category ? -1 : Number(a.category > b.category),
        );
        const { entries: read, problems } = await readDigest(writeMarkdown({ entries: sorted }));
        expect(problems.filter(({ severity }) => severity === 'REJECTED')).toEqual([]);
        expect(read.map(printed)).toEqual(sorted);
      }),
      { numRuns: 500 },
    );
  });

  test('from JSONL, with the same hash as its Markdown', async () => {
    await fc.assert(
      fc.asyncProperty(entry, async (given) => {
        const { title: t, abstract, authors, url, category: primary } = given;
        const ai = Object.fromEntries(given.parts.map((part) => [KEYS[part.label] ?? '', part.text]));
        const id = url.replace(/^.*(?:abs|pdf)\//, '');
        const record = { id, abs: url, title: t, summary: abstract, authors, categories: [primary], AI: ai };
        const [read] = (await readDigest(`${JSON.stringify(record)}\n`)).entries;
        const [fromMarkdown] = (await readDigest(writeMarkdown({ entries: [given] }))).entries;
        if (read === undefined || fromMarkdown === undefined)
          throw new Error('expected an entry in both forms');
        expect(printed(read)).toEqual(given);
        expect(contentHash(read)).toBe(contentHash(fromMarkdown));
      }),
    );
  });
});

const KEYS: Readonly<Record<string, string>> = {
  'TL;DR': 'tldr',
  Motivation: 'motivation',
  Method: 'method',
  Result: 'result',
  Conclusion: 'conclusion',
};

type Read = Awaited<ReturnType<typeof readDigest>>['entries'][number];

function printed({ arxivId, statement, parts: published }: Read) {
  const { url = `https://arxiv.org/abs/${arxivId.id}`, title: t, authors, category: c, abstract } = statement;
  return { url, title: t, authors, category: c, parts: published, abstract };
}

async function readOrRefused(bytes: Uint8Array): Promise<'read' | 'refused'> {
  try {
    await readDigest(bytes, 7);
    return 'read';
  } catch (error) {
    if (error instanceof DigestError) return 'refused';
    throw error;
  }
}

describe('the reader throws only DigestError,', () => {
  test('for any bytes', async () => {
    const starts = [
      '',
      '{',
      '{"id":"2601.00001"',
      '<div id=toc></div>\n',
      '### [1] [',
      '# cs.CV\n\n### [T](https://arxiv.org/abs/2601.00001)\n',
    ];
    const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(bytes, async ([start, rest]) => {
        expect(await readOrRefused(Buffer.concat([Buffer.from(start), rest]))).toMatch(/^re/);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    'current-template.md',
    'task-label.md',
    'contents-without-totals.md',
    'every-record-shape.jsonl',
  ])('for %s with bytes changed, removed and inserted', async (fixtureName) => {
    const original = fixture(fixtureName);
    const change = fc.record({
      at: fc.nat(original.length),
      removed: fc.nat(40),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc.constantFrom(...PITFALLS, '\0', 'null', '[', '{', '}', '0').map((each) => Buffer.from(each)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = changes.reduce<Uint8Array>(
          (all, { at, removed, put }) =>
            Buffer.concat([all.subarray(0, at), put, all.subarray(at + removed)]),
          original,
        );
        expect(await readOrRefused(bytes)).toMatch(/^re/);
      }),
      { numRuns: 300 },
    );
  });
});
