import { ALIASES, CLOSED_ARCHIVES, TAXONOMY } from './taxonomy.ts';

/** A category of arXiv's taxonomy, https://arxiv.org/category_taxonomy. */
export interface ArxivCategory {
  /** The canonical code, such as `eess.SY`. */
  readonly code: string;
  readonly name: string;
  /** The archive, such as `eess`. Some categories, such as `hep-th`, are an archive of their own. */
  readonly archive: string;
  /** Other codes of the same category, such as `cs.SY`. */
  readonly aliases: readonly string[];
}

/** All categories in use. */
export const taxonomy: readonly ArxivCategory[] = TAXONOMY.map(([code, name]) => ({
  code,
  name,
  archive: code.split('.')[0] ?? code,
  aliases: Object.keys(ALIASES).filter((alias) => ALIASES[alias] === code),
}));

const CODES: ReadonlyMap<string, string> = new Map([
  ...TAXONOMY.map(([code]) => [code.toLowerCase(), code] as const),
  ...Object.entries(ALIASES).map(([alias, code]) => [alias.toLowerCase(), code] as const),
]);
const ARCHIVES = new Set([...taxonomy.map(({ archive }) => archive), ...CLOSED_ARCHIVES]);

/**
 * The canonical code of an alias or of a code in another case (`CS.lg`); any other text as it is, trimmed.
 */
export function resolveCategory(text: string): string {
  const code = text.trim();
  return CODES.get(code.toLowerCase()) ?? inUsualCase(code) ?? code;
}

/**
 * A code that the taxonomy lacks, such as `cs.XX`, in arXiv's usual case. Undefined if the text is not a
 * code. An archive alone is not taken for a code either: it may be a word (`Physics`).
 */
function inUsualCase(code: string): string | undefined {
  const [archive = '', subject = ''] = code.toLowerCase().split('.');
  const usual = `${archive}.${subject.length === 2 ? subject.toUpperCase() : subject}`;
  return archiveOf(usual) !== undefined && usual.toLowerCase() === code.toLowerCase() ? usual : undefined;
}

/** The categories that a list of texts names. */
export interface NamedCategories {
  readonly codes: readonly string[];
  /** Archives, such as `cs`: all of their categories are meant. */
  readonly archives: readonly string[];
}

/**
 * Resolves the ways in which people write categories, in any case: a code (`cs.LG`), an alias, a name
 * (`Machine Learning` is both `cs.LG` and `stat.ML`), a name with its code (`Machine Learning (cs.LG)`), or
 * an archive (`cs`, `cs.*`, `Computer Science`). Any other text is kept as a code.
 */
export function namedCategories(texts: readonly string[]): NamedCategories {
  const all = texts.map(named);
  return { codes: all.flatMap(({ codes }) => codes), archives: all.flatMap(({ archives }) => archives) };
}

const WITH_CODE = /\(([a-z-]{2,20}(?:\.[a-z-]{2,20})?)\)$/;

function named(text: string): NamedCategories {
  const name = text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
  const archive = ARCHIVE_NAMES.get(name) ?? name.replace(/\.\*$/, '');
  if (ARCHIVES.has(archive)) return { codes: [], archives: [archive] };
  const code = WITH_CODE.exec(name)?.[1];
  return { codes: NAMES.get(name) ?? [resolveCategory(code ?? text)], archives: [] };
}

const ARCHIVE_NAMES: ReadonlyMap<string, string> = new Map([
  ['astrophysics', 'astro-ph'],
  ['computer science', 'cs'],
  ['condensed matter', 'cond-mat'],
  ['economics', 'econ'],
  ['electrical engineering and systems science', 'eess'],
  ['mathematics', 'math'],
  ['nonlinear sciences', 'nlin'],
  ['physics', 'physics'],
  ['quantitative biology', 'q-bio'],
  ['quantitative finance', 'q-fin'],
  ['statistics', 'stat'],
]);

// A name may belong to several categories, as `Machine Learning` does.
const NAMES = new Map<string, string[]>();
for (const { code, name } of taxonomy)
  NAMES.set(name.toLowerCase(), [...(NAMES.get(name.toLowerCase()) ?? []), code]);

/** The archive of a code, even if the taxonomy lacks the code. Undefined if no archive of arXiv matches. */
function archiveOf(code: string): string | undefined {
  const [archive = '', subject, ...more] = code.split('.');
  const wellFormed =
    more.length === 0 && (subject === undefined || /^([A-Z]{2}|[a-z]+(-[a-z]+)*)$/.test(subject));
  return wellFormed && ARCHIVES.has(archive) ? archive : undefined;
}

/**
 * Whether a subject is an arXiv category. Records list ACM classes, MSC classes and free text in the same
 * field.
 */
export function isCategoryCode(subject: string): boolean {
  return archiveOf(subject) !== undefined;
}
