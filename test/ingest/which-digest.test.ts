import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DigestFile } from '../../src/sources/digest-file.ts';
import { ingestFile, type IngestOptions } from '../../src/ingest/ingest-file.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { asMarkdown, jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { dumpStore } from '../support/store-dump.ts';

const DAY = '2026-03-05';
const [A, B] = ['2603.00001', '2603.00002'] as const;

let database: TestDatabase;
let source = '';
let tests = 0;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => {
  source = `source${(tests += 1)}`;
});
afterAll(async () => await database.close());

/** A file, and the caller's options for it. */
type Given = readonly [name: string, text: string, options?: IngestOptions];

/** Ingests a file for the test's source. A guessed day is DAY. */
async function take(...[name, text, options]: Given): Promise<IngestReport> {
  const file: DigestFile = {
    ...textFile(name, text, source),
    fallbackDate: async () => ({ date: DAY, what: 'today (UTC)' }),
  };
  return await ingestFile(database.pool, file, options);
}

/** "language (guessed) rN: number of entries" for each digest of the sources that start with the test's. */
async function digests(): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    `select concat_ws(' ', nullif(substr(s.name, length($1) + 1), ''), coalesce(d.language, 'raw'),
        case when d.language_guessed then '(guessed)' end, 'r' || d.revision) || ': ' || d.entry_count as line
      from digest d join source s on s.id = d.source_id where s.name = $1 or s.name ~ ('^' || $1 || '[-_]')`,
    [source],
  );
  return rows.map(({ line }) => line).toSorted();
}

/** The paper and digest events after a position, as "KIND id language" and "KIND language". */
async function events(after = 0): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    `select concat_ws(' ', kind, arxiv_id, language) as line
      from feed_event where position > $1 order by position`,
    [after],
  );
  return rows.map(({ line }) => line);
}

async function head(): Promise<number> {
  const { rows } = await database.pool.query<{ head: number }>('select head::int from feed');
  return rows[0]?.head ?? 0;
}

/** A record whose AI text is in English and names its revision. */
function english(id: string, revision: string): Record<string, unknown> {
  const text = `The tower is leaning to the ${revision} and we measure the angle of it with a ruler.`;
  const AI = { tldr: text, motivation: text, method: text, result: text, conclusion: text };
  return jsonRecord(id, { comment: null, AI });
}

function raw(...ids: string[]): string {
  return jsonl(...ids.map((id) => jsonRecord(id, { AI: undefined })));
}

/**
 * Ingests the files in either order and returns the resulting digests. Expects equal stores, and no change
 * and no event when the files are ingested again.
 */
async function inEitherOrder(files: readonly Given[]): Promise<string[]> {
  const stores = [];
  for (const order of [files, files.toReversed()]) {
    await removeDigests(database, { source });
    for (const file of order) await take(...file);
    const [store, last] = [await dumpStore(database.pool), await head()];
    for (const file of order) expect(await take(...file)).toMatchObject({ status: 'UNCHANGED' });
    expect([await dumpStore(database.pool), await head()]).toEqual([store, last]);
    stores.push(store);
  }
  expect(stores[1]).toEqual(stores[0]);
  return await digests();
}

describe('a file named as one with AI text is the digest of that language', () => {
  test('even without AI text; the raw listing of the day remains another digest', async () => {
    const files: Given[] = [
      [`${DAY}.jsonl`, raw(A, B)],
      [`${DAY}_AI_enhanced_English.jsonl`, raw(A)],
      [`${DAY}_AI_enhanced_.jsonl`, raw(B)],
    ];
    expect(await inEitherOrder(files)).toEqual(['en r1: 1', 'raw r1: 2', 'und r1: 1']);
  });

  test('and so is its Markdown, which prints empty text', async () => {
    const blank = { tldr: '', motivation: '', method: '', result: '', conclusion: '' };
    const files: Given[] = [
      [`${DAY}.md`, asMarkdown(jsonRecord(A, { AI: blank }), jsonRecord(B, { AI: blank }))],
      [`${DAY}_AI_enhanced_English.jsonl`, raw(A, B)],
    ];
    for (const order of [files, files.toReversed()]) {
      await removeDigests(database, { source });
      for (const file of order) await take(...file);
      expect(await digests()).toEqual(['en r1: 2']);
    }
  });

  test('and stays the same digest when it is republished with AI text', async () => {
    await take(`${DAY}_AI_enhanced_English.jsonl`, raw(A));
    await take(`${DAY}_AI_enhanced_English.jsonl`, jsonl(english(A, 'left')));
    expect(await digests()).toEqual(['en r2: 1']);
  });

  test('but an option for the language does not apply to a raw listing', async () => {
    await take(`${DAY}.jsonl`, raw(A), { language: 'en' });
    expect(await digests()).toEqual(['raw r1: 1']);
  });
});

test('the rest of a dated name is appended to the source, even to one from an option', async () => {
  const names = [DAY, `${DAY}_database`, `${DAY}_unique`, `picks_${DAY}`, `${DAY}_AI_enhanced_English-old`];
  for (const [index, name] of names.entries())
    await take(`${name}.jsonl`, jsonl(english(`2603.0001${index}`, 'left')), { source });
  expect(await digests()).toEqual([
    '-old en r1: 1',
    '_database en (guessed) r1: 1',
    '_picks en (guessed) r1: 1',
    '_unique en (guessed) r1: 1',
    'en (guessed) r1: 1',
  ]);
});

describe('a day that is a guess', () => {
  const message =
    'expected a date in the file name or --date: ' +
    'taken for the digest of 2026-03-05 it would replace what 2026-03-05.jsonl printed';

  test.each([
    ['with AI text', jsonl(english(A, 'left')), jsonl(english(B, 'right'))],
    ['without AI text', raw(A), raw(B)],
    ['in Markdown', jsonl(english(A, 'left')), asMarkdown(english(A, 'right'))],
  ])('does not let a file %s replace another file', async (_what, text, other) => {
    await take(`${DAY}.jsonl`, text);
    const store = await dumpStore(database.pool);
    expect(await take('latest.jsonl', other)).toMatchObject({
      status: 'REFUSED',
      digest: null,
      problems: [{ severity: 'REJECTED', message: `latest.jsonl: ${message}` }],
    });
    expect(await dumpStore(database.pool)).toEqual(store);
    expect(await take('latest.jsonl', other, { date: DAY })).toMatchObject({
      status: 'STORED',
      problems: [],
    });
  });

  test('lets a file be republished in either form, and be ingested again', async () => {
    await take('latest.jsonl', jsonl(english(A, 'left')));
    await take('latest.md', asMarkdown(english(A, 'left')));
    for (const way of ['right', 'front']) {
      await take('latest.md', asMarkdown(english(A, way)));
      await take('latest.jsonl.gz', jsonl(english(A, way)));
    }
    expect(await digests()).toEqual(['en (guessed) r5: 1']);
    expect(await take('copy.jsonl', jsonl(english(A, 'front')))).toMatchObject({ status: 'UNCHANGED' });
  });

  test('keeps two files with equal content and different bytes, whichever came last', async () => {
    const text = asMarkdown(english(A, 'left'));
    await take('latest.md', text.replaceAll('\n', '\r\n'));
    await take(`${DAY}.md`, text);
    const before = await head();
    expect(await take('latest.md', text.replaceAll('\n', '\r\n'))).toMatchObject({ status: 'UNCHANGED' });
    expect(await take(`${DAY}.md`, text)).toMatchObject({ status: 'UNCHANGED' });
    expect(await head()).toBe(before);
    expect(await digests()).toEqual(['en (guessed) r2: 1']);
  });

  test('is refused if the digest was made by an unknown file, as in an older store', async () => {
    await take('latest.jsonl', raw(A));
    await database.pool.query('update digest_revision set file_name = null');
    expect(await take('latest.jsonl', raw(B))).toMatchObject({ status: 'REFUSED' });
  });
});

test('a dated file that replaces a file of another name causes a warning', async () => {
  await take(`${DAY}.jsonl`, raw(A));
  expect(await take('20260305.jsonl', raw(B))).toMatchObject({
    status: 'STORED',
    problems: [
      { severity: 'WARNING', message: expect.stringContaining(`replaces the file ${DAY}.jsonl`) as string },
    ],
  });
  // They do not replace each other in turn.
  const last = await head();
  expect(await take(`${DAY}.jsonl`, raw(A))).toMatchObject({ status: 'UNCHANGED' });
  expect(await take('20260305.jsonl', raw(B))).toMatchObject({ status: 'UNCHANGED' });
  expect(await head()).toBe(last);
  expect(await take(`${DAY}.jsonl`, raw(A, B))).toMatchObject({ status: 'STORED', digest: { revision: 3 } });
  expect(await take('20260305.jsonl', raw(B), { date: DAY })).toMatchObject({ digest: { revision: 4 } });
});

describe('a republished digest', () => {
  const named = `${DAY}_AI_enhanced_.jsonl`;
  const [v1, v2] = [
    [english(A, 'left'), english(B, 'left')],
    [english(A, 'right'), english(B, 'right')],
  ] as const;

  // Each row: the files of the first and of the second publication, and the resulting digests.
  test.each([
    ['in both forms', [`${DAY}.md`, named], [`${DAY}.md`, named], 'und r3: 2'],
    ['in Markdown, then in both forms', [`${DAY}.md`], [`${DAY}.md`, named], 'und r2: 2'],
    ['in JSONL, then in both forms', [named], [`${DAY}.md`, named], 'und r2: 2'],
    ['in both forms, then in Markdown', [`${DAY}.md`, named], [`${DAY}.md`], 'und r2: 2'],
    [
      'in both forms, unnamed',
      [`${DAY}.md`, `${DAY}.jsonl`],
      [`${DAY}.jsonl`, `${DAY}.md`],
      'en (guessed) r3: 2',
    ],
    [
      'with a language that is not the text’s',
      [`${DAY}.md`, `${DAY}_AI_enhanced_Japanese.jsonl`],
      [`${DAY}.md`, `${DAY}_AI_enhanced_Japanese.jsonl`],
      'ja r3: 2',
    ],
  ])(
    '%s is one digest, revision by revision, in every order of its files',
    async (_how, first, second, expected) => {
      const base = source;
      const text = (name: string, records: readonly Record<string, unknown>[]): string =>
        name.endsWith('.md') ? asMarkdown(...records) : jsonl(...records);
      const orders = [
        [first, second],
        [first.toReversed(), second],
        [first, second.toReversed()],
      ] as const;
      for (const [index, [before, after]] of orders.entries()) {
        source = `${base}x${index}`;
        for (const name of before) await take(name, text(name, v1));
        for (const name of after) await take(name, text(name, v2));
        expect(await digests()).toEqual([expected]);
        for (const name of after)
          expect(await take(name, text(name, v2))).toMatchObject({ status: 'UNCHANGED' });
      }
    },
  );

  test('is another digest if its unnamed file is in another language', async () => {
    await take(`${DAY}.md`, asMarkdown(jsonRecord(A)));
    await take(`${DAY}_AI_enhanced_Chinese.jsonl`, jsonl(jsonRecord(A)));
    await take(`${DAY}.md`, asMarkdown(english(A, 'left')));
    await take(`${DAY}_AI_enhanced_English.jsonl`, jsonl(english(A, 'left')));
    expect(await digests()).toEqual(['en r1: 1', 'zh r1: 1']);
  });

  test('merges two digests that an earlier version made of it', async () => {
    await take(`${DAY}.md`, asMarkdown(...v1));
    await take(named, jsonl(...v1));
    // As an earlier version, which ignored names, stored it.
    await take('a name of its own.md', asMarkdown(...v2), { date: DAY });
    await take(named, jsonl(...v2));
    expect(await digests()).toEqual(['en (guessed) r1: 2', 'und r2: 2']);
    await database.pool.query(
      `update digest_revision set written_in = null, file_name = $1 || '.md'
        where file_name = 'a name of its own.md'`,
      [DAY],
    );
    await take(`${DAY}.md`, asMarkdown(...v2));
    expect(await digests()).toEqual(['und r2: 2']);
    for (const [name, text] of [
      [`${DAY}.md`, asMarkdown(...v2)],
      [named, jsonl(...v2)],
    ] as const)
      expect(await take(name, text)).toMatchObject({ status: 'UNCHANGED' });
  });

  test('takes over a digest whose language was guessed from too little text', async () => {
    const short = jsonRecord(A, {
      AI: { tldr: 'LoRA.', motivation: '', method: '', result: '', conclusion: '' },
    });
    await take(`${DAY}.md`, asMarkdown(short));
    expect(await digests()).toEqual(['und (guessed) r1: 1']);
    await take(`${DAY}.md`, asMarkdown(english(A, 'left')));
    expect(await digests()).toEqual(['en (guessed) r2: 1']);
  });
});

describe('a language that replaces a guess is a change', () => {
  test.each([
    ['the same file with a language', `${DAY}.md`, { language: 'ja' }, 'SUMMARIZED'],
    ['the other form with a language in its name', `${DAY}_AI_enhanced_Japanese.jsonl`, {}, 'REVISED'],
  ])('of %s: it is counted and sent', async (_what, name, options, kind) => {
    // Papers that are in no other digest.
    const ids = [1, 2].map((n) => `2603.2${n}${String(tests).padStart(3, '0')}`);
    const records = ids.map((id) => english(id, 'left'));
    await take(`${DAY}.md`, asMarkdown(...records));
    const last = await head();
    const text = name.endsWith('.md') ? asMarkdown(...records) : jsonl(...records);
    expect(await take(name, text, options)).toMatchObject({
      status: 'STORED',
      digest: { language: 'ja', revision: 1 },
      entries: 2,
      summariesAdded: 2,
      unchanged: 0,
    });
    expect(await digests()).toEqual(['ja r1: 2']);
    expect(await events(last)).toEqual([...ids.map((id) => `${kind} ${id} ja`), 'REVISED ja']);
    expect(await take(name, text, options)).toMatchObject({ status: 'UNCHANGED', unchanged: 2 });
    expect(await events(last)).toHaveLength(3);
  });
});

test('the language is detected from the text, however many placeholders come first', async () => {
  const failed = (text: string) => ({
    tldr: text,
    motivation: text,
    method: text,
    result: text,
    conclusion: text,
  });
  const records = Array.from({ length: 300 }, (_, index) =>
    jsonRecord(`2603.1${String(index).padStart(4, '0')}`, {
      AI: failed(
        index < 100 ? 'Error' : 'The quota of this model is used up, and no summary was made of the paper.',
      ),
    }),
  );
  const report = await take(`${DAY}.jsonl`, jsonl(...records, ...[A, B].map((id) => jsonRecord(id))));
  expect(report.digest).toMatchObject({ language: 'zh' });
});
