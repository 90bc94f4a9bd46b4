import { arxivOrder } from '../../src/arxiv/arxiv-id.ts';
import { fold } from '../../src/language/fold.ts';
import { nodeKey } from '../../src/reads/paging/node-id.ts';
import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import type { PaperOrder } from '../../src/reads/lists/papers.ts';
import type { Model, ModelEntry, ModelPaper } from './generated-store.ts';

/** Orders that say of two papers which is first, whatever else there is. */
export type Order = Exclude<PaperOrder, 'RELEVANCE'>;

/** The papers of a model that meet a filter, in order: what every answer is held against. */
export function select(model: Model, filter: PaperFilter, order: Order): ModelPaper[] {
  return model.papers.filter((paper) => meets(paper, filter)).toSorted(ORDERS[order]);
}

/** The contract's PaperFilter, taken at its word. */
function meets(paper: ModelPaper, filter: PaperFilter): boolean {
  const { and, or, not } = filter;
  return (
    meetsAlone(paper, filter) &&
    (asksNothingOfEntries(filter) ||
      paper.entries.some((entry) => entry.current && entryMeets(entry, filter))) &&
    (and ?? []).every((inner) => meets(paper, inner)) &&
    (!or || or.some((inner) => meets(paper, inner))) &&
    !(not && meets(paper, not))
  );
}

function meetsAlone(paper: ModelPaper, filter: PaperFilter): boolean {
  const { arxivIds, categories, primaryCategories, authors, authorIds, hasCode } = filter;
  const [primary] = paper.categories;
  return [
    !arxivIds || arxivIds.includes(paper.arxivId),
    !categories || paper.categories.some((code) => isIn(code, categories)),
    !primaryCategories || (primary !== undefined && isIn(primary, primaryCategories)),
    !authors || paper.authors.some((name) => authors.map(fold).includes(fold(name))),
    !authorIds || paper.authors.some((name) => authorIds.some((id) => nodeKey('Author', id) === name)),
    typeof hasCode !== 'boolean' || (paper.codeUrl !== null) === hasCode,
  ].every(Boolean);
}

const CATEGORY_NAMES: Record<string, readonly string[]> = {
  'cs.sy': ['eess.sy'],
  'machine learning': ['cs.lg', 'stat.ml'],
};

function isIn(code: string, values: readonly string[]): boolean {
  const [archive] = code.split('.');
  return values
    .map((value) => value.toLowerCase())
    .flatMap((value) => CATEGORY_NAMES[value] ?? [value.replace(/\.\*$/, '')])
    .some((value) => value === code.toLowerCase() || value === archive);
}

function asksNothingOfEntries({ digestDates, languages, sources, hasSummary }: PaperFilter): boolean {
  return !digestDates && !languages && !sources && typeof hasSummary !== 'boolean';
}

function entryMeets({ digest, status }: ModelEntry, filter: PaperFilter): boolean {
  const { digestDates, languages, sources, hasSummary } = filter;
  const hasText = status === 'COMPLETE' || status === 'PARTIAL';
  return [
    !digestDates?.from || digest.date >= digestDates.from,
    !digestDates?.to || digest.date <= digestDates.to,
    !languages || languages.some((language) => isSpoken(digest.language, language)),
    !sources || sources.includes(digest.source),
    typeof hasSummary !== 'boolean' || hasText === hasSummary,
  ].every(Boolean);
}

/** What is covered of the model's languages, where that is not what begins with the value. */
const COVERED: Record<string, readonly string[]> = {
  Chinese: ['zh', 'zh-Hant'],
  中文: ['zh', 'zh-Hant'],
  'zh-CN': ['zh'],
  'zh-hans': ['zh'],
  'zh-Hant-TW': ['zh', 'zh-Hant'],
  繁體中文: ['zh-Hant'],
  English: ['en'],
  'en-US': ['en'],
  Portuguese: ['pt-BR'],
  'pt-PT': ['pt-BR'],
};

function isSpoken(language: string | null, wanted: string): boolean {
  if (language === null) return false;
  return COVERED[wanted]?.includes(language) ?? (language === wanted || language.startsWith(`${wanted}-`));
}

type Compare = (a: ModelPaper, b: ModelPaper) => number;

const ascending = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const newestId: Compare = (a, b) => ascending(arxivOrder(b.arxivId), arxivOrder(a.arxivId));

/** The contract's orders of papers. */
const ORDERS: Record<Order, Compare> = {
  NEWEST: (a, b) => ascending(b.firstDigestDate, a.firstDigestDate) || newestId(a, b),
  OLDEST: (a, b) => ascending(a.firstDigestDate, b.firstDigestDate) || newestId(a, b),
  TITLE: (a, b) => byBytes(fold(a.title), fold(b.title)) || newestId(a, b),
  MOST_STARS: (a, b) => ascending(b.codeStars ?? -1, a.codeStars ?? -1) || newestId(a, b),
};

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
