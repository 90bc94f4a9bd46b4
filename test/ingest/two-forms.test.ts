import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SummaryPart } from '../../src/digest/digest.ts';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { digestMarkdown } from '../../src/reads/digest-markdown.ts';
import { statementRunner } from '../../src/database/statements.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { summaryParts } from '../../src/ingest/papers/summary-parts.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const [MD, JSONL] = ['2026-02-11.md', '2026-02-11_AI_enhanced_English.jsonl'] as const;
const NAMED_MD = '2026-02-11_AI_enhanced_English.md';
const AI = { tldr: 'Short.', motivation: 'Why.', method: 'How.', result: 'What.', conclusion: 'So.' };
const LABELS: Readonly<Record<string, string>> = {
  tldr: 'TL;DR',
  motivation: 'Motivation',
  method: 'Method',
  result: 'Result',
  conclusion: 'Conclusion',
};

const record = (id: string, change: Record<string, unknown> = {}) => jsonRecord(id, { AI, ...change });

let sources = 0;
/** A new source, so that tests do not share digests. */
const newSource = (): string => `source ${++sources}`;

async function take(source: string, name: string, text: string) {
  return await ingestFile(database.pool, textFile(name, text, source));
}

/** Ingests the files in this order and in reverse, each for its own source. Returns the sources. */
async function takeInBothOrders(...files: [name: string, text: string][]): Promise<string[]> {
  const orders = [files, files.toReversed()].map((order) => ({ order, source: newSource() }));
  for (const { order, source } of orders) {
    for (const [name, text] of order) expect(await take(source, name, text)).toMatchObject({ rejected: 0 });
  }
  return orders.map(({ source }) => source);
}

interface Entry {
  id: number;
  language: string;
  arxiv_id: string;
  content_hash: string;
  statement: {
    title: string;
    authors: string[];
    version?: number;
    printed?: Record<string, unknown>;
    [field: string]: unknown;
  };
  section: string;
  parts: SummaryPart[] | null;
  tldr: string;
}

async function entries(source: string): Promise<Entry[]> {
  const { rows } = await database.pool.query<Entry>(
    `select e.id, d.language, p.arxiv_id, e.content_hash, e.statement, c.code as section, ${summaryParts.text} as parts, m.tldr
    from digest_entry e join digest d on d.id = e.digest_id join source s on s.id = d.source_id
      join paper p on p.id = e.paper_id left join category c on c.id = e.section_id
      left join summary m on m.entry_id = e.id
    where s.name = $1 and e.current order by e.position`,
    [source],
  );
  return rows;
}

async function exported(source: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: number }>(
    'select d.id from digest d join source s on s.id = d.source_id where s.name = $1',
    [source],
  );
  expect(rows).toHaveLength(1);
  const run = statementRunner(database.pool, { prepared: false });
  return (await digestMarkdown(run, rows[0]?.id ?? 0)) ?? '';
}

/** The Markdown that the producer makes of records. */
function markdownOf(...records: Record<string, unknown>[]): string {
  return writeMarkdown({
    entries: records.map((each) => ({
      url: each['abs'] as string,
      title: each['title'] as string,
      authors: each['authors'] as string[],
      category: (each['categories'] as string[])[0] ?? '',
      abstract: each['summary'] as string,
      parts: Object.entries(each['AI'] as Record<string, string>).map(([key, text]) => ({
        label: LABELS[key] ?? key,
        text,
      })),
    })),
  });
}

describe('the separator of authors is detected in a Markdown file:', () => {
  const authors = [
    ['Ada Park', 'Noel R. Finch, Jr.'],
    ['Ada Park'],
    ['Bo Lindqvist', 'Ravi Menon', 'The Heron Group, Lund'],
  ];
  const records = authors.map((names, index) => record(`2602.5100${index + 1}`, { authors: names }));
  const spaced = markdownOf(...records).replaceAll(/^\*.*\*$/gm, (line) => line.replaceAll(/,(?! )/g, ', '));
  const bare = markdownOf(...records);
  const namesOf = async (source: string) => (await entries(source)).map(({ statement }) => statement.authors);

  test('if every comma has a space after it, they separate names, and export keeps them', async () => {
    const source = newSource();
    expect(await take(source, MD, spaced)).toMatchObject({ entries: 3, authors: 6 });
    expect(await namesOf(source)).toEqual([
      ['Ada Park', 'Noel R. Finch, Jr.'],
      ['Ada Park'],
      ['Bo Lindqvist', 'Ravi Menon', 'The Heron Group', 'Lund'],
    ]);
    expect(await exported(source)).toBe(spaced);
  });

  test('if there are bare commas, they separate names, and other commas are part of names', async () => {
    const source = newSource();
    await take(source, MD, bare);
    expect(await namesOf(source)).toEqual(authors);
    expect(await exported(source)).toBe(bare);
  });

  test('even if the first bare comma comes late in the file', async () => {
    const late = [
      record('2602.51011', { authors: ['Heron, Stork and Sons'] }),
      record('2602.51012', { authors: ['Ada Park', 'Bo Lindqvist'] }),
    ];
    const source = newSource();
    expect(await take(source, MD, markdownOf(...late))).toMatchObject({ authors: 3 });
    expect(await namesOf(source)).toEqual([['Heron, Stork and Sons'], ['Ada Park', 'Bo Lindqvist']]);
    expect(await exported(source)).toBe(markdownOf(...late));
  });

  test.each([
    ['commas and spaces', spaced],
    ['bare commas', bare],
  ])('the JSONL of the day decides over %s, in either order, and nothing is doubled', async (_, text) => {
    const found = await takeInBothOrders([MD, text], [JSONL, jsonl(...records)]);
    for (const source of found) {
      expect(await namesOf(source)).toEqual(authors);
      expect(await exported(source)).toBe(text);
    }
    const [one, other] = await Promise.all(found.map(entries));
    expect(other?.map(({ id: _id, ...rest }) => rest)).toEqual(one?.map(({ id: _id, ...rest }) => rest));
  });
});

describe('the JSONL keeps everything that the Markdown printed, in either order:', () => {
  test('section, link and version', async () => {
    const [plain, cross] = [record('2602.52001'), record('2602.52002', { categories: ['cs.LG', 'cs.CV'] })];
    const odd = record('2602.52003', { abs: 'https://example.org/2602.52003' });
    const text = markdownOf(
      { ...plain, abs: 'https://arxiv.org/abs/2602.52001v3' },
      { ...odd, abs: 'https://arxiv.org/abs/2602.52003' },
      { ...cross, categories: ['cs.CV'] },
    );
    for (const source of await takeInBothOrders([MD, text], [JSONL, jsonl(plain, cross, odd)])) {
      expect((await entries(source)).map(({ arxiv_id: id, section }) => [id, section])).toEqual([
        ['2602.52001', 'cs.LG'],
        ['2602.52003', 'cs.LG'],
        ['2602.52002', 'cs.CV'],
      ]);
      expect(await exported(source)).toBe(text);
    }
    const { rows } = await database.pool.query<{ version: number | null; comment: string; code: string }>(
      `select p.version, p.comment, c.code from paper p join category c on c.id = p.primary_category_id
      where p.arxiv_id = any($1) order by p.arxiv_id`,
      [['2602.52001', '2602.52002']],
    );
    expect(rows).toEqual([
      { version: 3, comment: '10 pages', code: 'cs.LG' },
      { version: null, comment: '10 pages', code: 'cs.CV' },
    ]);
  });

  test('even if either form is republished', async () => {
    const given = record('2602.53001');
    const text = markdownOf({ ...given, abs: 'https://arxiv.org/abs/2602.53001v3', categories: ['cs.CV'] });
    const source = newSource();
    await take(source, MD, text);
    await take(source, JSONL, jsonl(given));
    const before = await entries(source);
    await take(source, JSONL, jsonl({ ...given, comment: '11 pages' }));
    await take(source, MD, `${text}\n`);
    const after = await entries(source);
    expect(after.map(({ id, section }) => [id, section])).toEqual(before.map(({ id }) => [id, 'cs.CV']));
    expect(after[0]?.statement).toMatchObject({ comment: '11 pages', printed: { version: 3 } });
  });

  test('even if the entry has new text and replaces the old one', async () => {
    const [given, fresh] = [AI, { ...AI, tldr: 'New.' }].map((ai) => record('2602.53002', { AI: ai }));
    const text = markdownOf({ ...given, abs: 'https://arxiv.org/abs/2602.53002v3', categories: ['cs.CV'] });
    const [first, second] = [newSource(), newSource()];
    await take(first, NAMED_MD, text);
    await take(first, JSONL, jsonl(given ?? {}));
    await take(first, JSONL, jsonl(fresh ?? {}));
    expect(await exported(first)).toBe(text.replace('Short.', 'New.'));
    expect(await entries(first)).toMatchObject([{ section: 'cs.CV', tldr: 'New.' }]);
    await take(second, JSONL, jsonl(given ?? {}));
    await take(second, NAMED_MD, text);
    await take(second, NAMED_MD, text.replace('Short.', 'New.'));
    expect(await exported(second)).toBe(text.replace('Short.', 'New.'));
    expect(await entries(second)).toMatchObject([
      { section: 'cs.CV', tldr: 'New.', statement: { comment: '10 pages' } },
    ]);
  });
});

describe('an entry is one in both forms', () => {
  const LABELLED = {
    ...AI,
    motivation: 'Nobody knows.\n\nMethod: not yet',
    conclusion: 'So.\n\nAbstract: none',
  };
  test.each([
    ['a label within its AI text', { AI: LABELLED }],
    [
      'a line break in title and name',
      { title: 'A title\n  in two lines', authors: ['Ada\nPark', 'Li Wei'] },
    ],
    ['null for a part', { AI: { ...AI, result: null } }],
  ])('with %s, in either order', async (_, change) => {
    const given = record('2602.54001', change);
    const folded = (text: unknown) => String(text).replaceAll(/\s+/g, ' ');
    const printed = markdownOf({
      ...given,
      title: folded(given['title']),
      authors: (given['authors'] as string[]).map(folded),
    });
    for (const source of await takeInBothOrders([MD, printed], [JSONL, jsonl(given)])) {
      const found = await entries(source);
      expect(found).toHaveLength(1);
      expect(found[0]?.statement).toMatchObject({ title: given['title'], authors: given['authors'] });
      expect(found[0]?.parts?.map(({ text }) => text)).toEqual(Object.values(given['AI'] as object));
      expect(await exported(source)).toBe(printed);
    }
  });

  test('with a hash of an earlier version, and keeps its id', async () => {
    const source = newSource();
    const given = record('2602.55001', { authors: ['Noel R. Finch, Jr.', 'Ada Park'] });
    await take(source, JSONL, jsonl(given));
    const [before] = await entries(source);
    await database.pool.query("update digest_entry set content_hash = 'earlier' where id = $1", [before?.id]);
    expect(await take(source, JSONL, `${jsonl(given)}\n`)).toMatchObject({ changed: 0, unchanged: 1 });
    expect((await entries(source)).map(({ id }) => id)).toEqual([before?.id]);
    const { rows } = await database.pool.query(
      `select 1 from digest_entry e join digest d on d.id = e.digest_id
      join source s on s.id = d.source_id where s.name = $1`,
      [source],
    );
    expect(rows).toHaveLength(1);
  });
});

describe('an export can be ingested again:', () => {
  const word = fc.constantFrom(
    '\n', '\n\n', '](http', ', ', ',', '*', '</details>', '\n\n</details>\n\n', '\n### [2] [T](http',
    '\n# cs.CV\n', '\n\nMethod: ', '\n\nAbstract: ', 'None', 'a', 'b', '中', ' ',
  ); // prettier-ignore
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  const ai = fc.record(
    {
      tldr: fc.option(text),
      motivation: text,
      method: fc.option(text),
      result: text,
      conclusion: text,
      translated_summary: text,
    },
    { requiredKeys: [] },
  );
  const change = fc.record({
    title: text,
    summary: text,
    authors: fc.array(text, { maxLength: 3 }),
    abs: fc.constantFrom('https://arxiv.org/abs/x', 'https://example.org/x'),
    AI: fc.oneof(ai, fc.constant({ contribution: 'Only what Markdown does not print.' })),
  });

  test('it changes no entry of its own store, and makes equal entries in a new one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const [source, copy] = [newSource(), newSource()];
        const records = [{}, ...changes].map((each, index) => record(`2602.5600${index}`, each));
        await take(source, JSONL, jsonl(...records));
        const before = await entries(source);
        const markdown = await exported(source);
        const again = await take(source, MD, markdown);
        expect(again).toMatchObject({ digest: { language: 'en' }, entries: records.length, rejected: 0 });
        expect((await entries(source)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
        expect((await entries(source)).map(({ tldr }) => tldr)).toEqual(before.map(({ tldr }) => tldr));
        expect(await exported(source)).toBe(markdown);
        await take(copy, NAMED_MD, markdown);
        const copied = await entries(copy);
        expect(copied.map(({ arxiv_id: id }) => id)).toEqual(before.map(({ arxiv_id: id }) => id));
        const printing = before.filter(({ parts }) => parts?.some(({ label }) => label !== 'Contribution'));
        expect(copied.map(({ content_hash: hash }) => hash)).toEqual(
          expect.arrayContaining(printing.map(({ content_hash: hash }) => hash)),
        );
      }),
      { numRuns: 4 },
    );
  });
});
