import { describe, expect, test } from 'vitest';
import { parseLanguage } from '../../src/language/language.ts';

describe('a language is named by', () => {
  test.each([
    ['Chinese', 'zh'],
    ['CHINESE', 'zh'],
    ['中文', 'zh'],
    ['Simplified Chinese', 'zh-Hans'],
    ['Chinese (Traditional)', 'zh-Hant'],
    ['Traditional_Chinese', 'zh-Hant'],
    ['简体中文', 'zh-Hans'],
    ['繁體中文', 'zh-Hant'],
    ['繁体中文', 'zh-Hant'],
    ['Korean', 'ko'],
    ['한국어', 'ko'],
    ['日本語', 'ja'],
    ['Français', 'fr'],
    ['franc\u0327ais', 'fr'],
    ['русский', 'ru'],
    ['Brazilian Portuguese', 'pt-BR'],
    ['en', 'en'],
    ['EN-us', 'en-US'],
    ['zh_hant_tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['und', 'und'],
    ['', 'und'],
    ['  ', 'und'],
  ])('%j: %s', (text, language) => {
    expect(parseLanguage(text)).toBe(language);
  });

  test.each([
    'foo',
    'Klingonese',
    'Chinese!',
    'x',
    '123',
    'en--US',
    'root',
    `en-x-${'abcdefgh-'.repeat(12)}a`,
  ])('%j: none', (text) => {
    expect(parseLanguage(text)).toBeUndefined();
  });
});
