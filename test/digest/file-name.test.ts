import { describe, expect, test } from 'vitest';
import { parseFileName } from '../../src/digest/file-name.ts';

describe('a file name tells', () => {
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
  ])('%s: date %s, language %s, suffix %j', (name, date, language, suffix) => {
    expect(parseFileName(name)).toEqual({ date, language, suffix });
  });

  test.each([
    'digest.md',
    'README_AI_enhanced_Chinese.md',
    '2025-02-29.md',
    '2026-13-01.md',
    '0000-01-01.md',
    '20260116.md',
    '',
  ])('nothing where it has no date of the calendar: %j', (name) => {
    expect(parseFileName(name)).toEqual({ date: undefined, language: undefined, suffix: '' });
  });
});
