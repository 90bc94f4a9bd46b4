import { describe, expect, test } from 'vitest';
import { absUrl } from '../../src/arxiv/arxiv-id.ts';
import { contentHash } from '../../src/digest/content-hash.ts';
import type { DigestEntry } from '../../src/digest/digest.ts';
import { summaryFields } from '../../src/digest/summary.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { detectLanguage } from '../../src/language/detect-language.ts';
import { foldSpaces } from '../../src/language/fold.ts';
import { bytesOf, COLLECTIONS } from '../support/collections.ts';
import { readDigest, refusalOf, type ReadDigest } from './read-digest.ts';

describe.each(COLLECTIONS)('$name', (collection) => {
  const { taken, refused, empty, identical, twins, languages } = collection;

  test.each(taken)('$file has the entries that an independent reader counted', async (truth) => {
    const { form, entries, problems } = await readDigest(bytesOf(collection, truth.file));
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

  test.each(refused)('%s is refused at line %i, which it quotes', async (file, line, quoted) => {
    const error = await refusalOf(bytesOf(collection, file));
    expect(error.line).toBe(line);
    expect(error.message).toContain(quoted);
  });

  test('an empty file is no digest', async () => {
    expect((await readDigest(bytesOf(collection, empty))).form).toBeUndefined();
  });

  test.each(identical)('%s written back is the same, except NUL', async (file) => {
    const bytes = bytesOf(collection, file);
    const written = Buffer.from(writeBack(await readDigest(bytes)));
    expect(written.equals(bytes.filter((byte) => byte !== 0))).toBe(true);
  });

  test.each(twins)('every entry has the same hash in %s and %s', async (markdown, jsonl) => {
    const [printed, recorded] = await Promise.all(
      [markdown, jsonl].map(async (file) => await hashes(bytesOf(collection, file))),
    );
    expect(printed).toHaveLength(taken.find(({ file }) => file === markdown)?.papers ?? 0);
    expect(printed).toEqual(recorded);
  });

  test.each(languages)(
    'the AI text of %s is %s, as a whole and in nearly every entry',
    async (file, language) => {
      const { entries } = await readDigest(bytesOf(collection, file));
      const texts = entries.map(({ parts = [] }) => parts.map(({ text }) => text ?? '').join('\n'));
      expect(detectLanguage(texts)).toBe(language);
      const others = texts.filter((text) => detectLanguage([text]) !== language);
      expect(others.length).toBeLessThan(0.03 * texts.length + 1);
    },
  );
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

async function hashes(bytes: Uint8Array): Promise<string[]> {
  const { entries } = await readDigest(bytes);
  return entries.map((entry) => `${entry.arxivId.id} ${contentHash(entry)}`).toSorted();
}
