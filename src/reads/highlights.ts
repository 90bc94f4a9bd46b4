import DataLoader from 'dataloader';
import { carried } from '../database/asker.ts';
import { hasText } from '../database/model.ts';
import { sql } from '../database/sql.ts';
import { partsOf, sections } from '../digest/summary.ts';
import { finder, findInTitle, type Find, type HighlightTerm } from '../search/find-highlights.ts';
import type { Where } from '../search/parse-search.ts';
import { plainText } from '../search/plain-text.ts';
import type { TextRange } from '../search/text-range.ts';
import { textKeys } from '../search/words.ts';
import { shortListReader } from './short-lists.ts';
import { summaryColumns, type PaperRow, type SummaryRow } from './lists/rows.ts';
import type { RunStatement } from '../database/statements.ts';
import type { Load } from './cache/read-cache.ts';
import type { Store } from './cache/store.ts';
import { found, type PaperAbstract } from './lookups.ts';

/** A text of a paper with the parts that match a search. */
export interface Highlight {
  readonly field: 'TITLE' | 'ABSTRACT' | 'TLDR' | 'MOTIVATION' | 'METHOD' | 'RESULT' | 'CONCLUSION' | 'OTHER';
  /** The summary that the text is part of; null for title and abstract. */
  readonly summary: SummaryRow | null;
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

/**
 * The texts of a paper that match: title, abstract, then the summaries of its current entries, newest first.
 */
export type ReadHighlights = (
  paper: PaperRow,
  highlightTerms: readonly HighlightTerm[],
) => Promise<Highlight[]>;

/** Reads the summaries with text of a paper's current entries, newest first. */
export type ReadSummaries = Load<number, readonly SummaryRow[]>;

/** Makes the reader of summaries for highlights. */
export function summaryReader(store: Store): ReadSummaries {
  return shortListReader<SummaryRow>(store, 'PaperEdge.highlights', currentSummaries);
}

/** The texts that are searched for highlights, beside titles. */
export interface HighlightTexts {
  readonly summaries: ReadSummaries;
  readonly abstractOf: Load<number, PaperAbstract | null>;
}

/**
 * Makes the reader of highlights for one operation. A page of papers takes three statements: abstracts,
 * summaries, and stems of their words.
 */
export function highlightReader(
  run: RunStatement,
  { summaries, abstractOf }: HighlightTexts,
): ReadHighlights {
  const stems = stemReader(run);
  const prepared = new WeakMap<readonly HighlightTerm[], PreparedTerms>();
  return async (paper, highlightTerms) => {
    if (highlightTerms.length === 0) return [];
    const [abstract, published] = await Promise.all([abstractOf(paper.id), summaries(paper.id)]);
    const texts = textsOf(paper.title, found(abstract).abstract, published);
    const terms = prepared.get(highlightTerms) ?? prepare(highlightTerms, stems);
    prepared.set(highlightTerms, terms);
    const keys = texts.flatMap(keysOf).filter((key) => terms.initials.has(initial(key)));
    const [{ inTitle, inAbstract, elsewhere }] = await Promise.all([terms.finders, stems.learn(keys)]);
    return texts.flatMap((text) => {
      const find = text.field === 'ABSTRACT' ? inAbstract : elsewhere;
      const ranges = text.field === 'TITLE' ? findInTitle(inTitle, text.text) : find(text.text);
      return ranges.length === 0 ? [] : [{ ...text, ranges }];
    });
  };
}

/** The search terms of a page, prepared once for all of its papers. */
interface PreparedTerms {
  /**
   * First letters of the terms. English stems keep the first letter, so no other words need their stems
   * looked up.
   */
  readonly initials: ReadonlySet<string>;
  readonly finders: Promise<Record<'inTitle' | 'inAbstract' | 'elsewhere', Find>>;
}

function prepare(highlightTerms: readonly HighlightTerm[], { learn, stem }: Stems): PreparedTerms {
  const all = highlightTerms.flatMap(({ sequence }) => sequence.map(({ key }) => key));
  const findIn = (...wanted: readonly Where[]): Find =>
    finder(
      highlightTerms.filter(({ where }) => wanted.includes(where)),
      stem,
    );
  const finders = async () => {
    await learn(all);
    return {
      inTitle: findIn('title', 'anywhere'),
      inAbstract: findIn('abstract', 'anywhere'),
      elsewhere: findIn('anywhere'),
    };
  };
  return { initials: new Set(all.map(initial)), finders: finders() };
}

function initial(key: string): string {
  return key.slice(0, 1);
}

// A title is searched as printed and as plain text: see findInTitle.
function keysOf({ field, text }: Text): string[] {
  const read = field === 'TITLE' ? [text, plainText(text)] : [text];
  return read.flatMap((each) => textKeys(each).keys);
}

/** English stems of the keys of words. Stop words, and keys that were not learned, are their own stems. */
interface Stems {
  readonly learn: (keys: readonly string[]) => Promise<void>;
  readonly stem: (key: string) => string;
}

/** Keys that are learned together are one statement; 20,000 at most, to bound its parameter. */
function stemReader(run: RunStatement): Stems {
  const known = new Map<string, string>();
  // Made in the first call of an operation, for all of its calls.
  const read = carried(async (keys: readonly string[]) => await readStems(run, keys));
  const loader = new DataLoader<string, string>(read, { maxBatchSize: 20_000 });
  const learn = async (keys: readonly string[]): Promise<void> => {
    await Promise.all([...new Set(keys)].map(async (key) => known.set(key, await loader.load(key))));
  };
  return { learn, stem: (key) => known.get(key) ?? key };
}

type Text = Omit<Highlight, 'ranges'>;

function textsOf(title: string, abstract: string, summaries: readonly SummaryRow[]): Text[] {
  return [
    { field: 'TITLE', summary: null, text: title },
    { field: 'ABSTRACT', summary: null, text: abstract },
    ...summaries.flatMap((summary) =>
      sections(partsOf(summary)).map(({ label, text }): Text => ({
        field: FIELDS[label] ?? 'OTHER',
        summary,
        text,
      })),
    ),
  ];
}

const FIELDS: Readonly<Record<string, Highlight['field']>> = {
  'TL;DR': 'TLDR',
  Motivation: 'MOTIVATION',
  Method: 'METHOD',
  Result: 'RESULT',
  Conclusion: 'CONCLUSION',
};

const currentSummaries = (ids: readonly number[]) => sql`
  select m.paper_id as parent, ${summaryColumns}
  from summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id
  where m.paper_id = any(${ids}::int[]) and e.current and ${hasText('m')}
  order by m.paper_id, d.date desc, e.ingested_at desc, e.id desc`;

async function readStems(run: RunStatement, keys: readonly string[]): Promise<string[]> {
  const query = sql`
    select coalesce((ts_lexize('english_stem', word))[1], word) as stem
    from unnest(${keys}::text[]) with ordinality w(word, place) order by place`;
  return (await run<{ stem: string }>({ name: 'stems', sql: query })).map((row) => row.stem);
}
