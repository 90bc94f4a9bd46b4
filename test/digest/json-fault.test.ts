import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonFault } from '../../src/digest/json-fault.ts';

describe('the first fault of invalid JSON is found', () => {
  test.each([
    ['{"score":NaN}', 10, 'a value', 'NaN'],
    ['{"score":-Infinity,"a":1}', 10, 'a value', '-Infinity'],
    ['{"a":1}{"b":2}', 8, 'the end of the line', '{"b":2}'],
    ['{"a":1}, ', 8, 'the end of the line', ', '],
    ["{'a':1}", 2, 'a key in quotes or "}"', "'a':1}"],
    ['{"a":1,}', 8, 'a key in quotes', '}'],
    ['[1,]', 4, 'a value', ']'],
    ['[1 2]', 4, '"," or "]"', '2'],
    ['{"a" 1}', 6, '":"', '1'],
    ['{"a":01}', 7, '"," or "}"', '1'],
    ['{"a":True}', 6, 'a value', 'True'],
    ['{"a":"x\ty"}', 8, 'control characters as escapes', '\ty"}'],
    ['{"a":"\\x"}', 7, 'a valid escape', '\\x"}'],
    ['{"a":"xy', 9, 'the end of the text from column 6', ''],
    ['{"a":"x\\', 9, 'the end of the text from column 6', ''],
    ['{"a":"\\u00', 11, 'the end of the text from column 6', ''],
    ['{', 2, 'a key in quotes or "}"', ''],
    ['{"a":[1}', 8, '"," or "]"', '}'],
    ['', 1, 'a value', ''],
    ['{"😀":NaN}', 7, 'a value', 'NaN'],
  ])('%j', (text, column, expected, got) => {
    expect(findJsonFault(text)).toEqual({ column, expected, got });
  });

  test('exactly if JSON.parse fails', () => {
    const edited = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(2),
        fc.constantFrom('', '{', '}', '"', ',', ':', '0', '-', 'e', '\\', '[', ']', '\t', '.'),
      )
      .map(([json, place, length, put]) => {
        const at = place % (json.length + 1);
        return json.slice(0, at) + put + json.slice(at + length);
      });
    fc.assert(
      fc.property(edited, (text) => {
        expect(findJsonFault(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test.each(['[', '{"a":', '"\\n', '[1,', '{"a":"x","b":', ' '])(
    'in linear time in a megabyte of %j',
    (part) => {
      expect(findJsonFault(part.repeat(1_000_000 / part.length))).toBeDefined();
    },
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
