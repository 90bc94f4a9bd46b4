import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { openTestDatabase } from '../support/database.ts';
import { asMarkdown, jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { dumpStore } from '../support/store-dump.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database.close();
});

const ZH = '2026-01-15_AI_enhanced_Chinese.jsonl';
const [A, B, C] = ['2601.00001', '2601.00002', '2601.00003'] as const;

async function take(name: string, text: string | Uint8Array, options: Parameters<typeof ingestFile>[2] = {}) {
  return await ingestFile(database.pool, textFile(name, text), options);
}

const dump = async () => await dumpStore(database.pool);

async function rows<Row extends object>(sql: string): Promise<Row[]> {
  return (await database.pool.query<Row>(sql)).rows;
}

describe('ingesting a digest', () => {
  test('stores papers, authors, categories and summaries, and counts them', async () => {
    const report = await take(ZH, jsonl(jsonRecord(A), jsonRecord(B, { authors: ['Ada Park'] })));
    expect(report).toMatchObject({
      origin: ZH,
      status: 'STORED',
      digest: { source: 'test', date: '2026-01-15', language: 'zh', revision: 1 },
      entries: 2,
      papers: 2,
      authors: 2,
      categories: { 'cs.LG': 2 },
      papersAdded: 2,
      papersRevised: 0,
      summariesAdded: 2,
      unchanged: 0,
      rejected: 0,
      problems: [],
    });
    expect(await rows('select name, paper_count from author order by name')).toEqual([
      { name: 'Ada Park', paper_count: 2 },
      { name: 'Günter Öz', paper_count: 1 },
    ]);
    expect(await rows(`select code, paper_count from category where paper_count > 0 order by code`)).toEqual([
      { code: 'cs.LG', paper_count: 2 },
      { code: 'stat.ML', paper_count: 2 },
    ]);
  });

  test('ingesting the same bytes again is UNCHANGED and changes nothing', async () => {
    const text = jsonl(jsonRecord(A), jsonRecord(B));
    await take(ZH, text);
    const before = await dump();
    expect(await take(ZH, text)).toMatchObject({
      status: 'UNCHANGED',
      entries: 2,
      unchanged: 2,
      papersAdded: 0,
    });
    expect(await dump()).toEqual(before);
  });

  test('the same paper twice in one digest is two entries of one paper', async () => {
    const other = jsonRecord(A, { AI: { ...(jsonRecord(A)['AI'] as object), tldr: '另一个摘要。' } });
    const report = await take(ZH, jsonl(jsonRecord(A), jsonRecord(A), other));
    expect(report).toMatchObject({ entries: 3, papers: 1, papersAdded: 1, summariesAdded: 3 });
    expect(await rows('select position, twin from digest_entry order by position')).toEqual([
      { position: 1, twin: 0 },
      { position: 2, twin: 1 },
      { position: 3, twin: 0 },
    ]);
  });

  test('ids with different versions and prefixes are one paper, with the highest version seen', async () => {
    await take(ZH, jsonl(jsonRecord(`${A}v2`), jsonRecord('astro-ph/9605151v1')));
    await take('2026-01-16_AI_enhanced_Chinese.jsonl', jsonl(jsonRecord(A)));
    expect(await rows('select arxiv_id, version from paper order by arxiv_order')).toEqual([
      { arxiv_id: 'astro-ph/9605151', version: 1 },
      { arxiv_id: A, version: 2 },
    ]);
  });

  test('aliases are one category; subjects that are not categories are kept apart', async () => {
    await take(ZH, jsonl(jsonRecord(A, { categories: ['cs.SY', 'eess.SY', '68T50 (Primary)'] })));
    expect(await rows('select c.code from paper_category k join category c on c.id = k.category_id')).toEqual(
      [{ code: 'eess.SY' }],
    );
    expect(await rows('select subject_classes from paper')).toEqual([
      { subject_classes: ['68T50 (Primary)'] },
    ]);
  });

  test('NUL is removed with a warning', async () => {
    const report = await take(ZH, jsonl(jsonRecord(A, { title: 'A\0B' })));
    expect(report).toMatchObject({
      status: 'STORED',
      rejected: 0,
      problems: [{ severity: 'WARNING', arxivId: A }],
    });
    expect(await rows('select title from paper')).toEqual([{ title: 'AB' }]);
  });

  test('a bad record is left out and the others are stored', async () => {
    const report = await take(ZH, `${jsonl(jsonRecord(A))}{"id": "no"}\n${jsonl(jsonRecord(B))}`);
    expect(report).toMatchObject({ status: 'PARTIAL', entries: 2, rejected: 1 });
    expect(report.problems[0]).toMatchObject({ severity: 'REJECTED', line: 2 });
    expect(await rows('select status, rejected from ingest_run')).toEqual([
      { status: 'PARTIAL', rejected: 1 },
    ]);
  });

  test('with strict, one bad record refuses the whole file', async () => {
    const report = await take(ZH, `${jsonl(jsonRecord(A))}{"id": "no"}\n`, { strict: true });
    expect(report).toMatchObject({ status: 'REFUSED', digest: null, rejected: 1 });
    expect(await rows('select 1 from paper')).toEqual([]);
    expect(await rows('select status from ingest_run')).toEqual([{ status: 'REFUSED' }]);
  });

  test('a file that is not a digest is refused, and the refusal is recorded with its line', async () => {
    const report = await take('2026-01-15.md', '# Read me\n\nHello.\n');
    expect(report).toMatchObject({
      status: 'REFUSED',
      digest: null,
      problems: [{ severity: 'REJECTED', line: 1 }],
    });
    expect(await rows('select severity, line from ingest_problem')).toEqual([
      { severity: 'REJECTED', line: 1 },
    ]);
  });

  test('an empty file is UNCHANGED with a warning and replaces nothing', async () => {
    await take(ZH, jsonl(jsonRecord(A)));
    const before = await dump();
    expect(await take(ZH, '')).toMatchObject({ status: 'UNCHANGED', problems: [{ severity: 'WARNING' }] });
    expect(await dump()).toEqual(before);
  });

  test('a dry run reports all counts and stores nothing, not even the run', async () => {
    const report = await take(ZH, jsonl(jsonRecord(A)), { dryRun: true });
    expect(report).toMatchObject({ status: 'STORED', papersAdded: 1 });
    expect(await rows('select 1 from paper union all select 1 from ingest_run')).toEqual([]);
  });

  test('a file without a date takes its fallback date with a warning', async () => {
    const report = await take('digest.jsonl', jsonl(jsonRecord(A)));
    expect(report.digest).toMatchObject({ date: '2026-01-01', language: 'zh' });
    expect(report.problems).toMatchObject([{ severity: 'WARNING' }]);
  });
});

describe('a republished digest', () => {
  test('supersedes changed entries by new ones and keeps the old ones', async () => {
    await take(ZH, jsonl(jsonRecord(A), jsonRecord(B)));
    const changed = jsonRecord(A, { AI: { ...(jsonRecord(A)['AI'] as object), tldr: '重写的摘要。' } });
    const report = await take(ZH, jsonl(changed, jsonRecord(B)));
    expect(report).toMatchObject({
      status: 'STORED',
      digest: { revision: 2 },
      summariesAdded: 1,
      unchanged: 1,
    });
    expect(
      await rows(`select p.arxiv_id, e.current, m.tldr from digest_entry e join paper p on p.id = e.paper_id
        join summary m on m.entry_id = e.id order by e.id`),
    ).toEqual([
      { arxiv_id: A, current: false, tldr: `本文提出 ${A} 的方法。` },
      { arxiv_id: B, current: true, tldr: `本文提出 ${B} 的方法。` },
      { arxiv_id: A, current: true, tldr: '重写的摘要。' },
    ]);
  });

  test('published as A, B, A is revision 3 with the same entries as revision 1', async () => {
    const [first, second] = [jsonl(jsonRecord(A), jsonRecord(B)), jsonl(jsonRecord(A), jsonRecord(C))];
    await take(ZH, first);
    const keys = await rows(`select key from digest_entry where current order by key`);
    await take(ZH, second);
    expect(await take(ZH, first)).toMatchObject({ digest: { revision: 3 }, papersAdded: 0 });
    expect(await rows(`select key from digest_entry where current order by key`)).toEqual(keys);
  });

  test('keeps papers that it no longer lists in the store', async () => {
    await take(ZH, jsonl(jsonRecord(A), jsonRecord(B)));
    const [before] = await rows(`select title, abstract, comment from paper where arxiv_id = '${B}'`);
    await take(ZH, jsonl(jsonRecord(A)));
    expect(await rows(`select title, abstract, comment from paper where arxiv_id = '${B}'`)).toEqual([
      before,
    ]);
    expect(await rows('select entry_count from digest')).toEqual([{ entry_count: 1 }]);
  });
});

describe('the two forms of one digest', () => {
  const records = [
    jsonRecord(A),
    jsonRecord(B, { categories: ['cs.CV', 'cs.LG'] }),
    jsonRecord(C, { AI: { ...(jsonRecord(C)['AI'] as object), translated_summary: '译文。' } }),
  ];
  const [one, two, three] = records as [
    Record<string, unknown>,
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const markdown = asMarkdown(one, three, two);

  test('result in the same store in either order, with the order of the Markdown', async () => {
    await take('2026-01-15.md', markdown);
    const enriched = await take(ZH, jsonl(...records));
    expect(enriched).toMatchObject({
      digest: { language: 'zh', revision: 1 },
      papersRevised: 3,
      summariesAdded: 0,
    });
    const first = await dump();
    await database.close();
    database = await openTestDatabase();
    await take(ZH, jsonl(...records));
    expect(await take('2026-01-15.md', markdown)).toMatchObject({
      digest: { language: 'zh', revision: 1 },
      unchanged: 3,
    });
    expect(await dump()).toEqual(first);
    expect(
      await rows('select markdown_position, jsonl_position, position from digest_entry order by position'),
    ).toEqual([
      { markdown_position: 1, jsonl_position: 1, position: 1 },
      { markdown_position: 2, jsonl_position: 3, position: 2 },
      { markdown_position: 3, jsonl_position: 2, position: 3 },
    ]);
  });

  test('JSONL alone has the producer’s order: cs.CV first, then sections as first seen', async () => {
    await take(ZH, jsonl(...records));
    expect(
      await rows(
        'select p.arxiv_id from digest_entry e join paper p on p.id = e.paper_id order by e.position',
      ),
    ).toEqual([{ arxiv_id: B }, { arxiv_id: A }, { arxiv_id: C }]);
  });

  test('a file that names the language takes over the digest whose language was a guess', async () => {
    await take('2026-01-15.md', markdown);
    expect(await rows('select language, language_guessed from digest')).toEqual([
      { language: 'zh', language_guessed: true },
    ]);
    await take('2026-01-15_AI_enhanced_Japanese.jsonl', jsonl(...records));
    expect(await rows('select language, language_guessed, revision from digest')).toEqual([
      { language: 'ja', language_guessed: false, revision: 1 },
    ]);
  });

  test('a digest that is taken over keeps its revision, its entries and its time of ingest', async () => {
    await take('2026-01-15.md', asMarkdown(one));
    await take('2026-01-15.md', markdown);
    const came = await rows('select ingested_at, updated_at from digest');
    expect(await take('2026-01-15.md', markdown, { language: 'ja' })).toMatchObject({
      status: 'STORED',
      digest: { language: 'ja', revision: 2 },
      unchanged: 0,
    });
    expect(await rows('select language, revision, entry_count from digest')).toEqual([
      { language: 'ja', revision: 2, entry_count: 3 },
    ]);
    expect(await rows('select ingested_at, updated_at from digest')).toEqual(came);
    const named = await dump();
    await database.close();
    database = await openTestDatabase();
    await take('2026-01-15.md', asMarkdown(one), { language: 'ja' });
    await take('2026-01-15.md', markdown, { language: 'ja' });
    expect((await dump()).entries).toEqual(named.entries);
  });

  test('republished JSONL supersedes entries of both forms and keeps the order of the Markdown', async () => {
    await take(ZH, jsonl(...records));
    await take('2026-01-15.md', markdown);
    const changed = { ...one, AI: { ...(one['AI'] as object), tldr: '重写的摘要。' } };
    await take(ZH, jsonl(changed, two, three));
    expect(
      await rows(`select e.position, e.markdown_position, m.tldr = '重写的摘要。' as fresh
        from digest_entry e join summary m on m.entry_id = e.id where current order by position`),
    ).toEqual([
      { position: 1, markdown_position: 1, fresh: true },
      { position: 2, markdown_position: 2, fresh: false },
      { position: 3, markdown_position: 3, fresh: false },
    ]);
  });

  test('a raw listing is a digest of its own, without a language', async () => {
    await take(ZH, jsonl(...records));
    const raw = records.map((record) => ({ ...record, AI: undefined }));
    expect(await take('2026-01-15.jsonl', jsonl(...raw))).toMatchObject({
      digest: { language: null },
      summariesAdded: 0,
    });
    expect(await rows('select count(*)::int as digests from digest')).toEqual([{ digests: 2 }]);
  });
});

describe('concurrent ingests', () => {
  test('of digests that share papers and authors keep all counters correct', async () => {
    const texts = Array.from({ length: 8 }, (_, n) =>
      jsonl(jsonRecord(A), jsonRecord(`2601.1000${n}`, { authors: ['Ada Park', `Author ${n}`] })),
    );
    await Promise.all(
      texts.map(async (text, n) => await take(`2026-02-0${n + 1}_AI_enhanced_Chinese.jsonl`, text)),
    );
    expect(
      await rows(`select name, paper_count from author where name in ('Ada Park', 'Author 3') order by name`),
    ).toEqual([
      { name: 'Ada Park', paper_count: 9 },
      { name: 'Author 3', paper_count: 1 },
    ]);
    expect(
      await rows('select first_digest_date::text as day from paper order by arxiv_order limit 1'),
    ).toEqual([{ day: '2026-02-01' }]);
  });
});

describe('removing a digest', () => {
  test('leaves the store as if the digest had never been ingested', async () => {
    await take(ZH, jsonl(jsonRecord(A), jsonRecord(B)));
    const before = await dump();
    const later = jsonl(jsonRecord(B, { title: 'Renamed', authors: ['New Name'] }), jsonRecord(C));
    await ingestFile(database.pool, textFile('2026-01-20_AI_enhanced_Chinese.jsonl', later, 'other'));
    expect(await removeDigests(database, { source: 'other' })).toEqual({
      digests: 1,
      entries: 2,
      papers: 1,
    });
    expect(await dump()).toEqual(before);
  });

  test('makes it start at revision 1 when it is ingested again', async () => {
    await take(ZH, jsonl(jsonRecord(A)));
    await take(ZH, jsonl(jsonRecord(B)));
    await removeDigests(database, { source: 'test', date: '2026-01-15', language: 'zh' });
    expect(await rows('select 1 from paper')).toEqual([]);
    expect(await take(ZH, jsonl(jsonRecord(A)))).toMatchObject({ status: 'STORED', digest: { revision: 1 } });
  });
});
