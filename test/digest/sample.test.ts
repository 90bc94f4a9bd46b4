import { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/digest/content-hash.ts';
import type { DigestEntry, DigestItem } from '../../src/digest/digest.ts';
import { openDigest } from '../../src/digest/open-digest.ts';

const FOLDER = 'prisma/seed';

async function read(name: string): Promise<DigestItem[]> {
  const digest = await openDigest(createReadStream(path.join(FOLDER, name)));
  const items: DigestItem[] = [];
  for await (const item of digest?.items ?? []) items.push(item);
  return items;
}

const entries = (items: readonly DigestItem[]): DigestEntry[] =>
  items.filter((item) => item.kind === 'entry');

const hashes = async (name: string) =>
  entries(await read(name))
    .map(contentHash)
    .toSorted();

describe('the bundled sample', () => {
  test.each(readdirSync(FOLDER))(
    '%s is read without a problem, and states that it is invented',
    async (name) => {
      const items = await read(name);
      expect(items.filter(({ kind }) => kind === 'problem')).toEqual([]);
      expect(entries(items).length).toBeGreaterThan(3);
      for (const { statement } of entries(items))
        expect(statement.abstract).toContain('This paper is invented');
    },
  );

  test('has one day in both forms, with equal content', async () => {
    expect(await hashes('2026-01-15.md')).toEqual(await hashes('2026-01-15_AI_enhanced_Chinese.jsonl'));
  });
});
