import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDigest } from './read-digest.ts';

const line = (ai: string): string =>
  `{"1": "\\"AI\\":", "id": "2601.00001", "title": "T", "summary": "S", "AI": ${ai}}\n`;
const written = async (ai: string) =>
  (await readDigest(line(ai))).entries[0]?.parts?.map(({ label, text }) => [label, text]);

describe('AI text keeps the order of its JSON source,', () => {
  test('even if keys are numbers', async () => {
    expect(await written('{"tldr": "t", "10": "a", "2": "b", "\\u0031": {"3": 1, "x": 2}}')).toEqual([
      ['TL;DR', 't'],
      ['10', 'a'],
      ['2', 'b'],
      ['1', '{"3":1,"x":2}'],
    ]);
  });

  test('for any keys and texts', async () => {
    const key = fc.oneof(
      fc.nat(30).map(String),
      fc.constantFrom('tldr', '"', ':', ':1', '\\', '4294967295', '01'),
      fc.string(),
    );
    const pairs = fc.uniqueArray(fc.tuple(key, fc.oneof(fc.string(), fc.constantFrom('"1": ', '\\"', '"'))), {
      selector: ([name]) => name,
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(pairs, async (given) => {
        const json = given
          .map(([name, text]) => `${JSON.stringify(name)} : ${JSON.stringify(text)}`)
          .join(', ');
        const read = await written(`{${json}}`);
        expect(read?.map(([, text]) => text)).toEqual(given.map(([, text]) => text));
      }),
      { numRuns: 300 },
    );
  });
});
