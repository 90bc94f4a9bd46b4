import { expect, test } from 'vitest';
import { languageLevels, languageRange, type LanguageLevel } from '../../src/language/language-range.ts';
import { parseLanguage } from '../../src/language/language.ts';

const fits = ({ tags, begun }: LanguageLevel, tag: string) =>
  tags.includes(tag) || begun.some((start) => tag === start || tag.startsWith(`${start}-`));

const STORED = [
  'zh',
  'zh-CN',
  'zh-Hans',
  'zh-Hant',
  'zh-TW',
  'zh-HK',
  'en',
  'en-US',
  'en-GB',
  'pt-BR',
  'und',
];

const asked = (text: string): string => parseLanguage(text) ?? '';

test.each<[asked: string, first: string[], ...rest: string[][]]>([
  ['zh', ['zh', 'zh-CN', 'zh-Hans', 'zh-Hant', 'zh-TW', 'zh-HK']],
  ['Chinese', ['zh', 'zh-CN', 'zh-Hans', 'zh-Hant', 'zh-TW', 'zh-HK']],
  ['zh-CN', ['zh', 'zh-CN', 'zh-Hans'], ['zh-Hant', 'zh-TW', 'zh-HK']],
  ['zh-hans-cn', ['zh', 'zh-CN', 'zh-Hans'], ['zh-Hant', 'zh-TW', 'zh-HK']],
  ['Simplified Chinese', ['zh', 'zh-CN', 'zh-Hans'], ['zh-Hant', 'zh-TW', 'zh-HK']],
  ['zh-TW', ['zh-Hant', 'zh-TW'], ['zh-HK'], ['zh', 'zh-CN', 'zh-Hans']],
  ['zh-Hant-TW', ['zh-Hant', 'zh-TW'], ['zh-HK'], ['zh', 'zh-CN', 'zh-Hans']],
  ['zh-HK', ['zh-HK'], ['zh-Hant', 'zh-TW'], ['zh', 'zh-CN', 'zh-Hans']],
  ['繁體中文', ['zh-Hant', 'zh-TW', 'zh-HK'], ['zh', 'zh-CN', 'zh-Hans']],
  ['en-US', ['en', 'en-US'], ['en-GB']],
  ['en-GB', ['en-GB'], ['en', 'en-US']],
  ['pt-PT', ['pt-BR']],
  ['de-CH-1996', []],
  ['und', ['und']],
])('a request for %s is served by %j first', (text, ...levels) => {
  const left = new Set(STORED);
  const found = languageLevels(asked(text)).map((level) => {
    const fitting = [...left].filter((tag) => fits(level, tag));
    for (const tag of fitting) left.delete(tag);
    return fitting;
  });
  expect(found.filter((fitting) => fitting.length > 0)).toEqual(levels.filter((level) => level.length > 0));
});

test.each<[asked: string, covered: string[]]>([
  ['zh', ['zh', 'zh-CN', 'zh-Hans', 'zh-Hant', 'zh-TW', 'zh-HK']],
  ['zh-Hans', ['zh', 'zh-CN', 'zh-Hans']],
  ['zh-Hant', ['zh-Hant', 'zh-TW', 'zh-HK']],
  ['zh-CN', ['zh', 'zh-CN', 'zh-Hans']],
  ['zh-TW', ['zh', 'zh-CN', 'zh-Hans', 'zh-Hant', 'zh-TW']],
  ['en', ['en', 'en-US', 'en-GB']],
  ['en-US', ['en', 'en-US']],
  ['en-GB', ['en', 'en-US', 'en-GB']],
  ['fr', []],
])('%s in a filter covers %j', (text, covered) => {
  expect(STORED.filter((tag) => fits(languageRange(asked(text)), tag))).toEqual(covered);
});
