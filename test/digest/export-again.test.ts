import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/digest/content-hash.ts';
import type { Statement, SummaryPart } from '../../src/digest/digest.ts';
import { printsAny } from '../../src/digest/markdown-template.ts';
import { printedEntry, writeMarkdown } from '../../src/digest/write-markdown.ts';
import { readDigest } from './read-digest.ts';

// Entries that JSONL can state, but the Markdown template cannot.
const PITFALLS = [
  '\n', '\n\n', ' ', '\r', '\u2028', '](', '](http', '](https://arxiv.org/abs/2601.00009)', ')', ']', '[',
  '*', ',', ', ', ', Jr.', '#', "'", '<', '</details>', '\n</details>\n', '\n</details> \n',
  '\n\n</details>\n\n', '\n### [', '\n ### [', '\n### [1] [',
  '\n### [2] [T](https://arxiv.org/abs/2601.00002)\n', '\n\n### [9] [T](http', "\n<div id='cs.CV'></div>\n",
  '\n# cs.CV [[Back]](#toc)\n', '\n# cs.CV\n', '<details>\n  <summary>Details</summary>\n',
  '\n\n\n<details>\n  <summary>Details</summary>\nMotivation: ',
  '\n\n<details>\n  <summary>Details</summary>\nMethod: ', 'Motivation: ', '\n\nMotivation: ',
  '\n\nMethod: ', '\n\nResult: ', '\n\nConclusion: ', '\n\nAbstract: ', 'TL;DR: ', 'Task: ', 'None', 'cs.CV',
  '[Total: 3]', '{}', '中文', '😀', 'a',
]; // prettier-ignore

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PITFALLS) },
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const text = fc
  .array(word, { maxLength: 8 })
  .map((words) => Buffer.from(words.join('').replaceAll('\0', '')).toString());
const LABELS = ['TL;DR', 'Task', 'Motivation', 'Method', 'Result', 'Conclusion', 'Abstract', 'Contribution'];
const part = fc.record({ label: fc.constantFrom(...LABELS), text: fc.option(text) });
const parts = fc.oneof(
  fc.uniqueArray(part, { selector: ({ label }) => label, maxLength: 8 }),
  fc.tuple(...Array.from({ length: 5 }, () => text)).map((texts): SummaryPart[] =>
    ['TL;DR', 'Motivation', 'Method', 'Result', 'Conclusion'].map((label, index) => ({
      label,
      text: texts[index] ?? '',
    })),
  ),
);
const link = fc.oneof(
  fc.constantFrom(
        'http://arxiv.org/abs/2601.00001v2', 'https://example.org/x', 'arXiv:2601.00001',
        'https://arxiv.org/abs/2601.7',
      ),
  text,
); // prettier-ignore
const statement: fc.Arbitrary<Statement> = fc.record(
  {
    title: text,
    abstract: text,
    authors: fc.array(text, { maxLength: 4 }),
    category: fc.oneof(
      fc.constantFrom('cs.CV', 'math-ph'),
      text.filter((each) => each.trim() !== ''),
    ),
    url: link,
    version: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ['title', 'abstract', 'authors', 'category'] },
);

describe('an export can be ingested again:', () => {
  test('it has the same entries of the same papers, whatever their texts contain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(statement, parts), { minLength: 1, maxLength: 5 }),
        async (given) => {
          const entries = given.map(([stated, said], index) => ({
            id: `2601.0000${index + 1}`,
            printed: printedEntry(`2601.0000${index + 1}`, stated, said),
            // If Markdown prints none of the parts, the file has none.
            hash: contentHash({ statement: stated, parts: printsAny(said) ? said : [] }),
          }));
          const markdown = writeMarkdown({ entries: entries.flatMap(({ printed }) => printed ?? []) });
          const read = await readDigest(markdown);
          expect(read.problems.filter(({ severity }) => severity === 'REJECTED')).toEqual([]);
          expect(read.entries.map((each) => `${each.arxivId.id} ${contentHash(each)}`).toSorted()).toEqual(
            entries.map(({ id, hash }) => `${id} ${hash}`).toSorted(),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('and it is the same text when it is exported again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(statement, parts), { minLength: 1, maxLength: 3 }),
        async (given) => {
          const first = writeMarkdown({
            entries: given.flatMap(
              ([stated, said], index) => printedEntry(`2601.0000${index + 1}`, stated, said) ?? [],
            ),
          });
          const { contents, entries } = await readDigest(first);
          const second = writeMarkdown({
            contents,
            entries: entries.flatMap(
              (each) => printedEntry(each.arxivId.id, each.statement, each.parts ?? []) ?? [],
            ),
          });
          expect(second).toBe(first);
        },
      ),
      { numRuns: 150 },
    );
  });
});
