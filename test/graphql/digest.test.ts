import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestMarkdown } from '../../src/reads/digest-markdown.ts';
import { statementRunner } from '../../src/database/statements.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { entryKey, generateModel, insertModel, type ModelDigest } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';

const model = generateModel({ seed: 23, papers: 150, authors: 20, days: 3 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

const current = (digest: ModelDigest) =>
  digest.entries.filter((entry) => entry.current).toSorted((a, b) => a.position - b.position);

interface Digest {
  id: string;
  entryCount: number;
  categories: { entryCount: number; category: { code: string } }[];
  entries: { totalCount: number; nodes: { id: string; position: number }[] };
  some: { nodes: { id: string }[] };
}

test('a digest has its current entries in order, and its categories in the order of its sections', async () => {
  for (const digest of model.digests) {
    const { source, date, language } = digest;
    const { data, errors } = await query<{ digest: Digest }>(
      `query ($key: DigestKey!) { digest(by: {key: $key}) { id entryCount categories { entryCount category { code } }
        entries(first: 100) { totalCount nodes { id position } } some: entries(category: "cs.SY", first: 100) { nodes { id } } } }`,
      { key: { source, date, language } },
    );
    expect(errors).toBeUndefined();
    const entries = current(digest);
    const idOf = (entry: (typeof entries)[number]) => nodeId('DigestEntry', entryKey(entry));
    expect(data.digest.entries.nodes).toEqual(
      entries.map((entry) => ({ id: idOf(entry), position: entry.position })),
    );
    expect([data.digest.entryCount, data.digest.entries.totalCount]).toEqual([
      entries.length,
      entries.length,
    ]);
    expect(data.digest.some.nodes).toEqual(
      entries.filter(({ section }) => section === 'eess.SY').map((entry) => ({ id: idOf(entry) })),
    );
    const sections = [...new Set(entries.flatMap(({ section }) => section ?? []))];
    expect(data.digest.categories).toEqual(
      sections.map((code) => ({
        category: { code },
        entryCount: entries.filter(({ section }) => section === code).length,
      })),
    );
  }
});

const ask = async (key: object) =>
  (
    await query<{ digest: { language: string | null } | null }>(
      `query ($key: DigestKey!) { digest(by: {key: $key}) { language } }`,
      { key },
    )
  ).data.digest;

test('a digest is looked up by its key: a name or related tag is a language, none is the raw listing', async () => {
  const chinese = model.digests.find(({ language }) => language === 'zh');
  const raw = model.digests.find(({ language }) => language === null);
  const named = { source: chinese?.source, date: chinese?.date };
  expect(await ask({ ...named, language: 'Chinese' })).toEqual({ language: 'zh' });
  for (const language of ['中文', 'zh-CN', 'zh-hans', 'ZH-Hans-CN'])
    expect(await ask({ ...named, language })).toEqual({ language: 'zh' });
  const isHant = ({ date, source, language }: ModelDigest) =>
    language === 'zh-Hant' && date === named.date && source === named.source;
  expect(await ask({ ...named, language: 'zh-Hant-TW' })).toEqual({
    language: model.digests.some(isHant) ? 'zh-Hant' : 'zh',
  });
  expect(await ask({ source: raw?.source, date: raw?.date })).toEqual({ language: null });
  for (const language of ['Elvish', '', 'fr']) expect(await ask({ ...named, language })).toBeNull();
  expect(await ask({ ...named, source: 'none', language: 'zh' })).toBeNull();
});

const total = async (filter: object) =>
  (
    await query<{ digests: { totalCount: number } }>(
      `query ($filter: DigestFilter) { digests(filter: $filter) { totalCount } }`,
      { filter },
    )
  ).data.digests.totalCount;

test('a DigestFilter matches by its rules', async () => {
  const count = (meets: (digest: ModelDigest) => boolean) => model.digests.filter(meets).length;
  expect(await total({})).toBe(model.digests.length);
  expect(await total({ raw: null, languages: null })).toBe(model.digests.length);
  expect(await total({ raw: true })).toBe(count(({ language }) => language === null));
  expect(await total({ raw: false })).toBe(count(({ language }) => language !== null));
  expect(await total({ languages: ['zh'] })).toBe(
    count(({ language }) => language?.startsWith('zh') === true),
  );
  expect(await total({ languages: [] })).toBe(0);
  expect(await total({ dates: { from: '2025-01-02' }, sources: ['gamma'] })).toBe(
    count(({ date, source }) => date >= '2025-01-02' && source === 'gamma'),
  );
});

test('Digest.markdown is the text of `export`; null for a raw listing or an entry without category', async () => {
  const { data } = await query<{
    digests: {
      nodes: { markdown: string | null; language: string | null; date: string; source: { name: string } }[];
    };
  }>('{ digests(first: 100) { nodes { markdown language date source { name } } } }');
  const run = statementRunner(database.pool, { prepared: false });
  const seen = new Set<boolean>();
  for (const { markdown, language, date, source } of data.digests.nodes) {
    const digest = model.digests.find(
      (d) => d.date === date && d.source === source.name && d.language === language,
    );
    if (digest === undefined) throw new Error('a digest that the model does not have');
    expect(markdown).toBe(await digestMarkdown(run, digest.id));
    const printed = current(digest);
    const writable =
      language !== null && printed.length > 0 && printed.every(({ section }) => section !== null);
    expect(markdown !== null).toBe(writable);
    seen.add(markdown === null);
  }
  expect(seen.size).toBe(2);
});
