import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { absUrl } from '../../src/arxiv/arxiv-id.ts';
import { contentHash } from '../../src/digest/content-hash.ts';
import type { DigestEntry } from '../../src/digest/digest.ts';
import { summaryFields } from '../../src/digest/summary.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { detectLanguage } from '../../src/language/detect-language.ts';
import { foldSpaces } from '../../src/language/fold.ts';
import { readDigest, refusalOf, type ReadDigest } from './read-digest.ts';

const FOLDER = '../shared/digests';
const here = existsSync(FOLDER);

interface Expected {
  file: string;
  format: 'md' | 'jsonl';
  papers: number;
  distinct_arxiv_ids: number;
  distinct_author_names: number | null;
  categories: Record<string, number>;
  placeholder_entries: number;
  placeholder_entries_all_fields: number;
  toc?: string[];
}

function bytesOf(file: string): Buffer {
  return readFileSync(`${FOLDER}/${file}`);
}

const expected: Expected[] = here
  ? bytesOf('expected.jsonl')
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected)
  : [];

const REFUSED = [
  ['Straw674/2025-06-17.md', 19, '"**TL;DR**: '],
  ['junle-chen/2025-10-10_database.md', 1, '"# 每日 ArXiv'],
  ['xmkxabc/2025-06-18.md', 1, '"# '],
] as const;
const EMPTY = 'xmkxabc/2025-06-18.jsonl';
const taken = expected.filter(({ file }) => file !== EMPTY && !REFUSED.some(([refused]) => refused === file));

describe.skipIf(!here)('real digests (needs ../shared/digests)', () => {
  test.each(taken)('$file has the entries that an independent reader counted', async (truth) => {
    const { form, entries, problems } = await readDigest(bytesOf(truth.file));
    const statuses = entries.flatMap(({ parts }) =>
      parts === undefined ? [] : [summaryFields(parts).status],
    );
    const names = entries.flatMap(({ statement }) => statement.authors.map(foldSpaces));
    expect(form).toBe(truth.format === 'md' ? 'MARKDOWN' : 'JSONL');
    expect(problems.filter(({ severity }) => severity === 'REJECTED')).toEqual([]);
    expect(entries).toHaveLength(truth.papers);
    expect(new Set(entries.map(({ arxivId }) => arxivId.id)).size).toBe(truth.distinct_arxiv_ids);
    expect(new Set(names).size).toBe(truth.distinct_author_names ?? 0);
    expect(countByCategory(entries)).toEqual(truth.categories);
    expect(statuses.filter((status) => status !== 'COMPLETE')).toHaveLength(truth.placeholder_entries);
    expect(statuses.filter((status) => status === 'FAILED')).toHaveLength(
      truth.placeholder_entries_all_fields,
    );
  });

  test.each(REFUSED)('%s is refused at line %i, which it quotes', async (file, line, quoted) => {
    const error = await refusalOf(bytesOf(file));
    expect(error.line).toBe(line);
    expect(error.message).toContain(quoted);
  });

  test('an empty file is no digest', async () => {
    expect((await readDigest(bytesOf(EMPTY))).form).toBeUndefined();
  });

  test.each([
    'seed/000_4673b8f0f1e2c9d9.txt',
    '0x0217/2026-01-16.md',
    'bguanmath/2025-12-02.md',
    'dw-dengwei/2026-05-06.md',
    'Xianghui-Cao/2026-06-27.md',
  ])('%s written back is the same, NUL apart', async (file) => {
    const written = Buffer.from(writeBack(await readDigest(bytesOf(file))));
    expect(written.equals(bytesOf(file).filter((byte) => byte !== 0))).toBe(true);
  });

  test.each([
    ['dw-dengwei/2026-05-06.md', 'dw-dengwei/2026-05-06_AI_enhanced_Chinese.jsonl'],
    ['0x0217/2026-01-16.md', '0x0217/2026-01-16_AI_enhanced_Korean.jsonl'],
  ])('%s and its JSONL give every entry the same hash', async (markdown, jsonl) => {
    const [printed, recorded] = await Promise.all([markdown, jsonl].map(hashes));
    expect(printed?.length).toBeGreaterThan(20);
    expect(printed).toEqual(recorded);
  });

  test.each([
    ['seed/000_4673b8f0f1e2c9d9.txt', 'zh'],
    ['dw-dengwei/2025-03-19.md', 'zh'],
    ['dw-dengwei/2026-05-06.md', 'zh'],
    ['bguanmath/2025-12-02.md', 'zh'],
    ['0x0217/2026-01-16.md', 'ko'],
    ['KAFKA2306/2025-11-20_AI_enhanced_Japanese.jsonl', 'ja'],
    ['Xianghui-Cao/2026-06-27.md', 'en'],
    ['Straw674/2025-06-17_AI_enhanced_.jsonl', 'zh'],
  ])('the AI text of %s is %s, whole and nearly every entry for itself', async (file, language) => {
    const { entries } = await readDigest(bytesOf(file));
    const texts = entries.map(({ parts = [] }) => parts.map(({ text }) => text ?? '').join('\n'));
    expect(detectLanguage(texts)).toBe(language);
    const others = texts.filter((text) => detectLanguage([text]) !== language);
    expect(others.length).toBeLessThan(0.03 * texts.length + 1);
  });
});

function countByCategory(entries: readonly DigestEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { statement } of entries) {
    const { category } = statement;
    if (category !== undefined) counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}

function writeBack({ contents, entries }: ReadDigest): string {
  return writeMarkdown({
    contents,
    entries: entries.map(({ arxivId, statement, parts = [] }) => {
      const { url = absUrl(arxivId.id), category = '' } = statement;
      return { ...statement, url, category, parts };
    }),
  });
}

async function hashes(file: string): Promise<string[]> {
  const { entries } = await readDigest(bytesOf(file));
  return entries.map((entry) => `${entry.arxivId.id} ${contentHash(entry)}`).toSorted();
}
