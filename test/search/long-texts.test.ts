import { expect, test } from 'vitest';
import { searchDocument } from '../../src/search/search-text.ts';
import { finder, findInTitle } from '../../src/search/find-highlights.ts';
import { paperWords } from '../../src/search/paper-words.ts';
import { placedPlainText, plainText } from '../../src/search/plain-text.ts';

const LENGTH = 200_000;

// Text that makes regular expressions backtrack: LaTeX, endless words, spaces, invisible characters.
const PIECES = [
  '$',
  'a$',
  '\\',
  "\\'",
  "\\'   ",
  '\\alpha',
  '{\\',
  'α',
  'S',
  'bs',
  '9',
  '学',
  '学\u200B',
  '\u200B',
  'ｶﾞ',
  ' ',
  'x ',
];

test.each(PIECES)('a text of 200,000 characters is read in linear time: %j', (piece) => {
  const text = piece.repeat(LENGTH / piece.length);
  // Not toBe: a failure would print the texts.
  expect(placedPlainText(text).text === plainText(`$${text}`)).toBe(true);
  const texts = { arxivId: '2601.00001', title: text, abstract: text, tldrs: [text], parts: [text] };
  expect(searchDocument(texts).words.A.length).toBeLessThan(LENGTH);
  expect(paperWords(text, text).length).toBeLessThan(LENGTH);
  const find = finder(
    [{ where: 'anywhere', unspaced: false, sequence: [{ key: 'x', beginning: undefined }] }],
    (key) => key,
  );
  expect(findInTitle(find, text).length).toBeLessThan(LENGTH);
});
