import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/digest/content-hash.ts';

const statement = { title: 'T', authors: ['A', 'B'], abstract: 'S' };
const part = (label: string, text: string | null) => ({ label, text });
const hash = contentHash({ statement, parts: [part('TL;DR', 't'), part('Method', 'm')] });

describe('the hash of an entry', () => {
  test('is SHA-256 in hex', () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('ignores fields that Markdown does not print', () => {
    const richer = {
      ...statement,
      categories: ['cs.LG', 'cs.AI'],
      category: 'cs.LG',
      comment: 'c',
      codeStars: 3,
    };
    const parts = [part('Translated Summary', 's'), part('Method', 'm'), part('TL;DR', 't')];
    expect(contentHash({ statement: richer, parts })).toBe(hash);
  });

  test('treats null as the text None and a missing part as empty, as the producer prints them', () => {
    expect(contentHash({ statement, parts: [part('TL;DR', null)] })).toBe(
      contentHash({ statement, parts: [part('TL;DR', 'None'), part('Method', '')] }),
    );
  });

  test('covers all parts if Markdown prints none of them', () => {
    const [a, b] = ['a', 'b'].map((text) => contentHash({ statement, parts: [part('Contribution', text)] }));
    expect(a).not.toBe(b);
  });

  test.each([
    ['title', { ...statement, title: 'T2' }],
    ['authors', { ...statement, authors: ['A'] }],
    ['abstract', { ...statement, abstract: 'S2' }],
  ])('changes with the %s', (_, changed) => {
    expect(contentHash({ statement: changed, parts: [part('TL;DR', 't'), part('Method', 'm')] })).not.toBe(
      hash,
    );
  });

  test('changes with the AI text, and if text moves from one field to the next', () => {
    const others = [
      contentHash({ statement, parts: undefined }),
      contentHash({ statement, parts: [part('TL;DR', 't2'), part('Method', 'm')] }),
      contentHash({ statement, parts: [part('TL;DR', 'tm'), part('Method', '')] }),
      contentHash({
        statement: { ...statement, title: 'TA', authors: ['B'] },
        parts: [part('TL;DR', 't'), part('Method', 'm')],
      }),
    ];
    expect(new Set([hash, ...others]).size).toBe(5);
  });
});
