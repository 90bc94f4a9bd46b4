import { describe, expect, test } from 'vitest';
import type { SummaryPart } from '../../src/digest/digest.ts';
import { sections, summaryFields } from '../../src/digest/summary.ts';

function parts(...texts: [label: string, text: string | null][]): SummaryPart[] {
  return texts.map(([label, text]) => ({ label, text }));
}

const current = (change: Record<string, string | null> = {}): SummaryPart[] =>
  parts(
    ...Object.entries({
      'TL;DR': 't',
      Motivation: 'm',
      Method: 'me',
      Result: 'r',
      Conclusion: 'c',
      ...change,
    }),
  );
const FAILED = {
  'TL;DR': 'Summary generation failed',
  Motivation: 'Motivation analysis unavailable',
  Method: 'Method extraction failed',
  Result: 'Result analysis unavailable',
  Conclusion: 'Conclusion extraction failed',
};

describe('AI text is', () => {
  test('COMPLETE if every part of its template has text, which stays as published', () => {
    expect(summaryFields(current({ Method: ' \tme\n' }))).toEqual({
      status: 'COMPLETE',
      tldr: 't',
      motivation: 'm',
      method: ' \tme\n',
      result: 'r',
      conclusion: 'c',
    });
  });

  test.each([
    [
      'a task',
      parts(['Task', 't'], ['Motivation', 'm'], ['Method', 'm'], ['Result', 'r'], ['Conclusion', 'c']),
    ],
    ['data', parts(['TL;DR', 't'], ['Background', 'b'], ['Data', 'd'], ['Method', 'm'], ['Result', 'r'])],
    ['a contribution', parts(['Background Knowledge', 'b'], ['Contribution', 'c'])],
    ['a translation besides', [...current(), { label: 'Translated Summary', text: 's' }]],
  ])('COMPLETE in the template with %s', (_, published) => {
    expect(summaryFields(published).status).toBe('COMPLETE');
  });

  test('PARTIAL if one part has no text; its field is null', () => {
    for (const text of ['', ' \n', null, 'None', 'Result analysis unavailable']) {
      expect(summaryFields(current({ Result: text }))).toMatchObject({
        status: 'PARTIAL',
        result: null,
        tldr: 't',
      });
    }
  });

  test('PARTIAL if a part of its template is missing', () => {
    expect(summaryFields(current().slice(0, 4)).status).toBe('PARTIAL');
  });

  test('FAILED if no part has text', () => {
    const failed = {
      status: 'FAILED',
      tldr: null,
      motivation: null,
      method: null,
      result: null,
      conclusion: null,
    };
    expect(summaryFields(current(FAILED))).toEqual(failed);
    expect(summaryFields([])).toEqual(failed);
  });
});

describe('a placeholder is', () => {
  test.each([
    ...Object.values(FAILED),
    'Processing failed',
    'Error',
    ' Error\n',
    'N/A',
    'n/a',
    'none',
    'NULL',
    '-',
    'ERROR',
    'summary generation FAILED',
    '错误：AI分析失败。',
    '达到API配额限制，请明天再试',
    'Error: API quota exceeded',
    'Request timed out.',
    'Error: Failed to generate summary.',
    'This content has not passed the compliance test and has been hidden.',
    "Error code: 403 - {'error': {'code': 'AccountOverdueError'}}",
  ])('%j', (text) => {
    expect(sections(current({ 'TL;DR': text })).map(({ label }) => label)).not.toContain('TL;DR');
  });

  test.each([
    'ErrorMap: a map of errors',
    'Error bounds are shown',
    'None of the methods works.',
    'n/a in most cases',
    'Nullable types are studied.',
    '- first, - second',
    '--',
    'Error code: 403 - forbidden',
    'Summary generation failed in 3% of the cases.',
  ])('not %j', (text) => {
    expect(sections(current({ 'TL;DR': text }))[0]).toEqual({ label: 'TL;DR', text });
  });
});

test('sections are the parts with text, in published order', () => {
  expect(sections(parts(['Score', '0.5'], ['TL;DR', 'None'], ['Method', 'm'], ['Data', null]))).toEqual([
    { label: 'Score', text: '0.5' },
    { label: 'Method', text: 'm' },
  ]);
});
