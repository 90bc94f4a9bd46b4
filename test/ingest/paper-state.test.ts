import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Statement } from '../../src/digest/digest.ts';
import { paperState, type Observation } from '../../src/ingest/papers/paper-state.ts';

const markdown: Statement = { title: 'A title', abstract: 'Text.', authors: ['Ada Park'], category: 'cs.LG' };
const jsonl: Statement = {
  ...markdown,
  categories: ['cs.LG', 'eess.SY', 'cs.SY', 'I.2.10'],
  comment: '12 pages',
  codeUrl: 'https://example.org/code',
  codeStars: 7,
};
const seen = (statement: Statement, date = '2026-01-15', source = 's'): Observation => ({
  statement,
  date,
  source,
});

describe("a paper's state", () => {
  test('a poorer source on a later day erases no field of a richer one', () => {
    const state = paperState([seen(jsonl), seen({ ...markdown, title: 'A better title' }, '2026-01-16')]);
    expect(state).toMatchObject({ title: 'A better title', comment: '12 pages', codeStars: 7 });
    expect(state.categories).toEqual(['cs.LG', 'eess.SY']);
    expect(state.subjectClasses).toEqual(['I.2.10']);
  });

  test('the highest arXiv version wins over a later digest', () => {
    const state = paperState([
      seen({ ...markdown, title: 'Second version', version: 2 }),
      seen({ ...markdown, title: 'No version' }, '2026-02-01'),
      seen({ ...markdown, title: 'First version', version: 1 }, '2026-02-02'),
    ]);
    expect(state).toMatchObject({ title: 'Second version', version: 2, firstDigestDate: '2026-01-15' });
  });

  test('a newer primary category moves to the front of an older full list', () => {
    const state = paperState([seen(jsonl), seen({ ...markdown, category: 'cs.AI' }, '2026-01-16')]);
    expect(state.categories).toEqual(['cs.AI', 'cs.LG', 'eess.SY']);
  });

  test('a new code URL does not keep the stars of the old one', () => {
    const moved = { ...markdown, codeUrl: 'https://example.org/other' };
    expect(paperState([seen(jsonl), seen(moved, '2026-01-16')])).toMatchObject({
      codeUrl: 'https://example.org/other',
      codeStars: null,
    });
  });

  test('a source without authors leaves the authors of other sources', () => {
    const state = paperState([seen(markdown), seen({ ...markdown, authors: [] }, '2026-03-01')]);
    expect(state.authors).toEqual(['Ada Park']);
  });

  test('the order of the observations never matters', () => {
    const observation = fc.record({
      date: fc.constantFrom('2026-01-15', '2026-01-16'),
      source: fc.constantFrom('a', 'b'),
      statement: fc.record(
        {
          title: fc.constantFrom('T', 'U'),
          abstract: fc.constantFrom('', 'A', 'B'),
          authors: fc.subarray(['X', 'Y']),
          version: fc.integer({ min: 1, max: 2 }),
          category: fc.constantFrom('cs.CV', 'cs.SY'),
          categories: fc.subarray(['cs.CV', 'eess.SY', '68T50']),
          comment: fc.constantFrom(null, 'c'),
          codeUrl: fc.constantFrom('u', 'v'),
          codeStars: fc.nat(3),
        },
        { requiredKeys: ['title', 'abstract', 'authors'] },
      ),
    });
    const shuffled = fc
      .array(observation, { minLength: 1, maxLength: 6 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(paperState(other)).toEqual(paperState(list));
      }),
    );
  });
});
