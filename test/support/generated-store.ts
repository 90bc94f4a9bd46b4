import type pg from 'pg';
import { arxivOrder } from '../../src/arxiv/arxiv-id.ts';
import type { Statement } from '../../src/digest/digest.ts';
import { summaryFields } from '../../src/digest/summary.ts';
import { fold } from '../../src/language/fold.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { createRandom } from './random.ts';
import { nameWords } from '../../src/search/name-words.ts';

/** A digest entry of the model. */
export interface ModelEntry {
  readonly id: number;
  readonly digest: ModelDigest;
  readonly paper: ModelPaper;
  position: number;
  readonly current: boolean;
  readonly section: string | null;
  /** Undefined in a raw listing. */
  readonly status: 'COMPLETE' | 'PARTIAL' | 'FAILED' | undefined;
  readonly ingestedAt: string;
}

/** A digest of the model. */
export interface ModelDigest {
  readonly id: number;
  readonly source: string;
  readonly date: string;
  readonly language: string | null;
  readonly entries: ModelEntry[];
}

/** A paper of the model. */
export interface ModelPaper {
  readonly id: number;
  readonly arxivId: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly codeUrl: string | null;
  readonly codeStars: number | null;
  readonly entries: ModelEntry[];
  firstDigestDate: string;
}

/** A whole store in memory, for answers to be held against. */
export interface Model {
  readonly papers: readonly ModelPaper[];
  readonly digests: readonly ModelDigest[];
  readonly entries: readonly ModelEntry[];
  readonly authors: readonly string[];
}

/** How large a store. */
export interface Size {
  readonly seed: number;
  readonly papers: number;
  readonly authors: number;
  readonly days: number;
}

export const SOURCES = ['alpha/digest', 'beta/digest', 'gamma'];
export const LANGUAGES = [null, 'zh', 'zh-Hant', 'en', 'und', 'pt-BR'];
export const CATEGORIES = ['cs.CV', 'cs.CL', 'cs.LG', 'eess.SY', 'hep-th', 'math.CO', 'stat.ML', 'cs.XX'];
export const NAMES = [
  'Yang Liu',
  'yang liu',
  'José García',
  'Jose Garcia',
  'Ø. Łukasz',
  'D\u2019Arcy O\u2019Brien',
  '李 雷',
];
const TITLES = ['Attention', 'attention', 'Éclair', 'Zebra', 'On C* Algebras', '光', 'alpha_beta%'];

/** Makes a store up; the same for the same size and seed. */
export function generateModel({ seed, papers: count, authors: names, days }: Size): Model {
  const random = createRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const authors = [
    ...NAMES,
    ...Array.from({ length: Math.max(0, names - NAMES.length) }, (_, n) => `Author ${n}`),
  ];
  const digests: ModelDigest[] = [];
  for (let day = 0; day < days; day++)
    for (const source of SOURCES)
      for (const language of LANGUAGES.filter(() => random() < 0.4))
        digests.push({ id: digests.length + 1, source, date: dayText(day), language, entries: [] });
  const papers = Array.from({ length: count }, (_, index): ModelPaper => {
    const hasCode = random() < 0.4;
    return {
      id: index + 1,
      arxivId: index % 50 === 7 ? `hep-th/${9_900_000 + index}`.slice(0, 14) : newId(index),
      title: `${pick(TITLES)}${random() < 0.5 ? ` ${Math.floor(random() * 20)}` : ''}`,
      // The first names come often, and now and then twice in one paper.
      authors: many(random, 6, () => (random() < 0.3 ? pick(NAMES) : pick(authors))),
      categories: [...new Set(many(random, 4, () => pick(CATEGORIES)))].slice(random() < 0.1 ? 4 : 0),
      codeUrl: hasCode ? `https://example.org/${index}` : null,
      codeStars: hasCode && random() < 0.8 ? Math.floor(random() * 5) : null,
      entries: [],
      firstDigestDate: '',
    };
  });
  const entries: ModelEntry[] = [];
  for (const paper of papers) {
    const abandoned = random() < 0.05;
    for (const digest of many(random, 4, () => pick(digests))) {
      const entry: ModelEntry = {
        id: entries.length + 1,
        digest,
        paper,
        position: 0,
        current: !abandoned && random() < 0.85,
        section: paper.categories[0] ?? null,
        status: digest.language === null ? undefined : pick(['COMPLETE', 'PARTIAL', 'FAILED'] as const),
        ingestedAt: `2026-06-0${1 + Math.floor(random() * 3)}T00:00:00.${String(100 + Math.floor(random() * 3))}Z`,
      };
      entries.push(entry);
      paper.entries.push(entry);
      digest.entries.push(entry);
    }
    const printed = paper.entries.filter((entry) => entry.current);
    const dates = (printed.length > 0 ? printed : paper.entries).map(({ digest }) => digest.date).toSorted();
    paper.firstDigestDate = dates[0] ?? dayText(0);
  }
  for (const digest of digests) number(digest.entries);
  return { papers, digests, entries, authors };
}

function number(entries: readonly ModelEntry[]): void {
  let position = 0;
  for (const entry of entries.toReversed()) if (entry.current) entry.position = ++position;
  for (const entry of entries) if (!entry.current) entry.position = 1;
}

/** Between one and `most` of something. */
function many<T>(random: () => number, most: number, make: () => T): T[] {
  return Array.from({ length: 1 + Math.floor(random() * most) }, make);
}

function newId(index: number): string {
  const month = String(1 + (Math.floor(index / 9000) % 12)).padStart(2, '0');
  return `${25 - Math.floor(index / 108_000)}${month}.${String(1 + ((index * 7919) % 99_991)).padStart(5, '0')}`;
}

function dayText(day: number): string {
  return new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
}

const NOW = '2026-06-01T12:00:00.000Z';

/** Puts a model into an empty, migrated store. */
export async function insertModel(pool: pg.Pool, model: Model): Promise<void> {
  await insert(
    pool,
    'category',
    CATEGORIES.map((code) => ({ code, aliases: [], paper_count: 0 })),
    'on conflict do nothing',
  );
  const { rows: known } = await pool.query<{ id: number; code: string }>('select id, code from category');
  const categoryId = new Map(known.map(({ id, code }) => [code, id]));
  const authorId = new Map(model.authors.map((name, index) => [name, index + 1]));
  await insert(
    pool,
    'source',
    SOURCES.map((name, index) => ({ id: index + 1, name })),
  );
  await insert(pool, 'digest', model.digests.map(digestRow));
  await insert(
    pool,
    'paper',
    model.papers.map((paper) => paperRow(paper, categoryId)),
  );
  await insert(
    pool,
    'author',
    [...authorId].map(([name, id]) => ({
      id,
      name,
      name_folded: fold(name),
      name_words: ` ${nameWords(name).join(' ')} `,
      paper_count: 0,
    })),
  );
  await insert(pool, 'authorship', model.papers.flatMap((paper) => paper.authors.map((name, index) => ({
    ...placed(paper), position: index + 1, author_id: authorId.get(name), printed_name: `${name} `,
  })))); // prettier-ignore
  await insert(pool, 'paper_category', model.papers.flatMap((paper) => paper.categories.map((code, index) => ({
    ...placed(paper), position: index + 1, category_id: categoryId.get(code),
  })))); // prettier-ignore
  await insert(
    pool,
    'digest_entry',
    model.entries.map((entry) => entryRow(entry, categoryId)),
  );
  await insert(pool, 'summary', model.entries.filter(({ status }) => status !== undefined).map(summaryRow));
  await pool.query(
    `update author a set paper_count = (select count(distinct paper_id) from authorship where author_id = a.id)`,
  );
  await pool.query(
    `update category c set paper_count = (select count(*) from paper_category where category_id = c.id)`,
  );
  await upgradeStore(pool);
  await pool.query('analyze');
}

async function insert(pool: pg.Pool, table: string, rows: readonly object[], rest = ''): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  for (let at = 0; at < rows.length; at += 5000) {
    const sql = `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1) ${rest}`;
    await pool.query(sql, [JSON.stringify(rows.slice(at, at + 5000))]);
  }
}

function placed(paper: ModelPaper) {
  return {
    paper_id: paper.id,
    first_digest_date: paper.firstDigestDate,
    arxiv_order: arxivOrder(paper.arxivId),
  };
}

function digestRow(digest: ModelDigest) {
  return {
    id: digest.id, source_id: SOURCES.indexOf(digest.source) + 1, date: digest.date, language: digest.language,
    language_guessed: false, revision: 1, entry_count: digest.entries.filter(({ current }) => current).length,
    ingested_at: NOW, updated_at: NOW,
  }; // prettier-ignore
}

function paperRow(paper: ModelPaper, categoryId: ReadonlyMap<string, number>) {
  return {
    id: paper.id, arxiv_id: paper.arxivId, arxiv_order: arxivOrder(paper.arxivId), title: paper.title,
    title_folded: fold(paper.title), abstract: `Abstract of ${paper.arxivId}.`, code_url: paper.codeUrl,
    code_stars: paper.codeStars, primary_category_id: categoryId.get(paper.categories[0] ?? '') ?? null,
    subject_classes: [], first_digest_date: paper.firstDigestDate, first_seen_at: NOW, updated_at: NOW,
  }; // prettier-ignore
}

/** Entries differ by their content hash alone, so that one digest may print one paper twice. */
function entryRow(entry: ModelEntry, categoryId: ReadonlyMap<string, number>) {
  return {
    id: entry.id, key: entryKey(entry), digest_id: entry.digest.id, paper_id: entry.paper.id, position: entry.position,
    jsonl_position: entry.current ? entry.position : null, current: entry.current, content_hash: String(entry.id), twin: 0,
    statement: statementOf(entry),
    section_id: categoryId.get(entry.section ?? '') ?? null, ingested_at: entry.ingestedAt,
  }; // prettier-ignore
}

/** Each entry states all that the model knows of its paper. */
function statementOf({ section, paper }: ModelEntry): Statement {
  const { arxivId, title, authors, categories, codeUrl, codeStars } = paper;
  return {
    title,
    abstract: `Abstract of ${arxivId}.`,
    authors: authors.map((name) => `${name} `),
    ...(section === null ? {} : { category: section }),
    categories,
    ...(codeUrl === null ? {} : { codeUrl }),
    ...(codeStars === null ? {} : { codeStars }),
  };
}

/** The key of an entry as the model stores it. */
export function entryKey({ id }: ModelEntry): string {
  return `entry${id}`;
}

function summaryRow(entry: ModelEntry) {
  const text = (label: string) => ({
    label,
    text: entry.status === 'FAILED' ? 'Error' : `${label} of ${entry.id}`,
  });
  const labels =
    entry.status === 'PARTIAL'
      ? ['TL;DR', 'Method']
      : ['TL;DR', 'Motivation', 'Method', 'Result', 'Conclusion'];
  const parts = labels.map(text);
  return {
    entry_id: entry.id,
    paper_id: entry.paper.id,
    ...summaryFields(parts),
    status: entry.status,
    parts,
  };
}
