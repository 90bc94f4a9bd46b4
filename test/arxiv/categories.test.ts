import { describe, expect, test } from 'vitest';
import { namedCategories, resolveCategory } from '../../src/arxiv/categories.ts';

describe('a category is named by', () => {
  test.each<[text: string, codes: string[], archives: string[]]>([
    ['cs.LG', ['cs.LG'], []],
    [' CS.lg ', ['cs.LG'], []],
    ['physics.GEN-PH', ['physics.gen-ph'], []],
    ['cs.sy', ['eess.SY'], []],
    ['cs.xx', ['cs.XX'], []],
    ['hep-th', [], ['hep-th']],
    ['HEP-TH.*', [], ['hep-th']],
    ['Machine Learning', ['cs.LG', 'stat.ML'], []],
    ['machine  learning', ['cs.LG', 'stat.ML'], []],
    ['Machine Learning (cs.LG)', ['cs.LG'], []],
    ['High Energy Physics - Theory (hep-th)', ['hep-th'], []],
    ['cs', [], ['cs']],
    ['CS.*', [], ['cs']],
    ['Computer Science', [], ['cs']],
    ['astro-ph', [], ['astro-ph']],
    ['alg-geom', [], ['alg-geom']],
    ['Cooking', ['Cooking'], []],
    ['I.2.6', ['I.2.6'], []],
    ['foo.BAR', ['foo.BAR'], []],
    ['', [''], []],
  ])('%j: %j and all of %j', (text, codes, archives) => {
    expect(namedCategories([text])).toEqual({ codes, archives });
  });
});

test('the code of a category is canonical in any case; other text stays as it is', () => {
  expect(
    ['cs.lg', 'CS.SY', 'Cs.Lg ', 'MATH-PH', 'cs.lg.x', '68T07', 'Physics', 'Robotics'].map(resolveCategory),
  ).toEqual(['cs.LG', 'eess.SY', 'cs.LG', 'math-ph', 'cs.lg.x', '68T07', 'Physics', 'Robotics']);
});
