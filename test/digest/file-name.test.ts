import { describe, expect, test } from 'vitest';
import { parseFileName } from '../../src/digest/file-name.ts';

describe('a file name states', () => {
  test.each([
    ['2026-01-16.md', '2026-01-16', undefined, ''],
    ['2026-01-16.jsonl', '2026-01-16', undefined, ''],
    ['2026-01-16_AI_enhanced_Korean.jsonl', '2026-01-16', 'ko', ''],
    ['2026-01-16_AI_enhanced_中文.jsonl', '2026-01-16', 'zh', ''],
    ['2026-01-16_AI_enhanced_Traditional Chinese.jsonl', '2026-01-16', 'zh-Hant', ''],
    ['2026-01-16_AI_enhanced_pt-BR.jsonl', '2026-01-16', 'pt-BR', ''],
    ['2025-06-17_AI_enhanced_.jsonl', '2025-06-17', 'und', ''],
    ['2025-06-17_AI_enhanced_Dothraki.jsonl', '2025-06-17', 'und', ''],
    ['2025-10-10_database_AI_enhanced_Chinese.jsonl', '2025-10-10', 'zh', '_database'],
    ['2025-10-10_unique.jsonl', '2025-10-10', undefined, '_unique'],
    ['2025-07-01-backups.md', '2025-07-01', undefined, '-backups'],
    ['2024-02-29.JSONL', '2024-02-29', undefined, ''],
    ['2024-02-29', '2024-02-29', undefined, ''],
    ['20260116.md', '2026-01-16', undefined, ''],
    ['2026_01_16.txt', '2026-01-16', undefined, ''],
    ['recommended_2026-01-24.jsonl', '2026-01-24', undefined, '_recommended'],
    ['arxiv-2026-01-24-top.md', '2026-01-24', undefined, '-arxiv-top'],
    ['digest20260124.md', '2026-01-24', undefined, '_digest'],
    ['run 20260101 of 2026-01-24.md', '2026-01-24', undefined, ' run 20260101 of'],
    ['v2_2026-01-16_all_AI_enhanced_Korean-old.jsonl', '2026-01-16', 'ko', '_v2_all-old'],
    ['2026-01-16.jsonl.gz', '2026-01-16', undefined, ''],
    ['2026-01-16_AI_enhanced_Korean.JSONL.GZ', '2026-01-16', 'ko', ''],
    ['2026-03-01_AI_enhanced_Chinese-backups.jsonl', '2026-03-01', 'zh', '-backups'],
    ['2026-03-01_AI_enhanced_zh-backups.jsonl', '2026-03-01', 'zh', '-backups'],
    ['2026-03-01_AI_enhanced_en-full.jsonl', '2026-03-01', 'en', '-full'],
    ['2026-03-01_AI_enhanced_-backups.jsonl', '2026-03-01', 'und', '-backups'],
    ['2026-03-01_AI_enhanced_Dothraki_2.jsonl', '2026-03-01', 'und', '_2'],
    ['2026-03-01_AI_enhanced_Chinese (1).jsonl', '2026-03-01', 'zh', ' (1)'],
    ['2026-03-01_ai_enhanced_zh-Hant-TW.jsonl', '2026-03-01', 'zh-Hant-TW', ''],
  ])('%s: date %s, language %s, suffix %j', (name, date, language, suffix) => {
    expect(parseFileName(name)).toEqual({ date, language, suffix });
  });

  test.each([
    'digest.md',
    'README_AI_enhanced_Chinese.md',
    '2025-02-29.md',
    '2026-13-01.md',
    '0000-01-01.md',
    '20261301.md',
    '0120260116.md',
    '17890101.md',
    '2601.20260.md',
    '',
  ])('nothing without a valid date: %j', (name) => {
    expect(parseFileName(name)).toEqual({ date: undefined, language: undefined, suffix: '' });
  });
});

test('a file name is read in linear time', () => {
  const began = performance.now();
  for (const part of ['-a', '2026-01-15', '_AI_enhanced_', '.gz', '.a', ' (', '12345678'])
    parseFileName(`2026-01-15_AI_enhanced_${part.repeat(100_000)}1`);
  expect(performance.now() - began).toBeLessThan(10_000);
});
