import { describe, expect, test } from 'vitest';
import { canonicalSubject, categoryCode, splitSubjects } from '../../src/arxiv/subjects.ts';

describe('a category is recognised', () => {
  test.each([
    ['cs.LG', 'cs.LG'],
    ['cs.lg', 'cs.LG'],
    ['CS.LG', 'cs.LG'],
    [' cs.LG\t', 'cs.LG'],
    ['Machine Learning (cs.LG)', 'cs.LG'],
    ['Computational Engineering, Finance, and Science ( cs.ce )', 'cs.CE'],
    ['High Energy Physics - Theory (hep-th)', 'hep-th'],
    ['HEP-TH', 'hep-th'],
    ['COND-MAT.STR-EL', 'cond-mat.str-el'],
    ['cs.XX', 'cs.XX'],
    ['physics', 'physics'],
    ['cs.sy', 'cs.SY'],
  ])('as %j', (text, code) => {
    expect(categoryCode(text)).toBe(code);
  });

  test('by its alias', () => {
    expect(['cs.sy', 'Systems and Control (cs.SY)', 'free text'].map(canonicalSubject)).toEqual([
      'eess.SY',
      'eess.SY',
      'free text',
    ]);
  });

  test.each([
    '68T50 (Primary) 68T07, 68Q32 (Secondary)',
    'I.2.9',
    'I.4.8; I.2.10',
    '85xx',
    'Physics',
    'MATH',
    'Statistics (applied)',
    'Applied Mathematics (math)',
    'see cs.LG',
    'cs.LG cs.AI',
    '',
  ])('but not as %j, which is a subject class', (text) => {
    expect(categoryCode(text)).toBeUndefined();
  });
});

describe('one text lists', () => {
  test.each([
    ['cs.LG cs.AI', ['cs.LG', 'cs.AI']],
    ['cs.LG, stat.ML', ['cs.LG', 'stat.ML']],
    [' cs.lg;cs.AI |\nhep-th ', ['cs.LG', 'cs.AI', 'hep-th']],
    ['math physics', ['math', 'physics']],
    ['Machine Learning (cs.LG); Robotics (cs.RO)', ['cs.LG', 'cs.RO']],
    ['Machine Learning (cs.LG), Distributed, Parallel, and Cluster Computing (cs.DC)', ['cs.LG', 'cs.DC']],
    ['cs.CV, 机器学习 (cs.LG)', ['cs.CV', 'cs.LG']],
    ['cs.CV, I.4.8; I.2.10', ['cs.CV', 'I.4.8; I.2.10']],
    [
      'cs.LG, 68T50 (Primary) 68T07, 68Q32 (Secondary), stat.ML',
      ['cs.LG', '68T50 (Primary) 68T07, 68Q32 (Secondary)', 'stat.ML'],
    ],
    ['Computational physics', ['Computational physics']],
    ['68T50 (Primary) 68T07, 68Q32 (Secondary)', ['68T50 (Primary) 68T07, 68Q32 (Secondary)']],
    ['', []],
    [' , ', []],
  ])('%j', (text, subjects) => {
    expect(splitSubjects(text)).toEqual(subjects);
  });

  test.each(['(', '(cs.LG', 'a ', 'cs.LG,', '( cs.LG )', '((((', ') , '])(
    'subjects in linear time in a megabyte of %j',
    (part) => {
      expect(splitSubjects(part.repeat(Math.ceil(1_000_000 / part.length))).length).toBeLessThan(200_001);
    },
  );
});
