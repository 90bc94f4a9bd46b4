import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

describe('README.md', () => {
  test('names only tests that are there', () => {
    const named = [...readme.matchAll(/\]\((test\/[^)]+)\)/g)].map(([, file]) => file ?? '');
    expect(named.length).toBeGreaterThan(5);
    for (const file of named) expect(readFileSync(file, 'utf8')).toMatch(/\btest[.(]/);
  });
});
