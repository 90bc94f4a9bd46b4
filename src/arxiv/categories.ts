import { ALIASES, CLOSED_ARCHIVES, TAXONOMY } from './taxonomy.ts';

/** A category of arXiv's taxonomy, https://arxiv.org/category_taxonomy. */
export interface ArxivCategory {
  /** Canonical, such as `eess.SY`. */
  readonly code: string;
  readonly name: string;
  /** Such as `eess`; `hep-th` is an archive of its own. */
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

const CANONICAL: ReadonlyMap<string, string> = new Map(Object.entries(ALIASES));
const ARCHIVES = new Set([...taxonomy.map(({ archive }) => archive), ...CLOSED_ARCHIVES]);

/** The canonical code of an alias; any other text as it is. */
export function resolveCategory(code: string): string {
  return CANONICAL.get(code) ?? code;
}

/** The archive of a code, also of one outside the taxonomy; undefined where the text is no code of arXiv's. */
function archiveOf(code: string): string | undefined {
  const [archive = '', subject, ...more] = code.split('.');
  const wellFormed =
    more.length === 0 && (subject === undefined || /^([A-Z]{2}|[a-z]+(-[a-z]+)*)$/.test(subject));
  return wellFormed && ARCHIVES.has(archive) ? archive : undefined;
}

/** Tells an arXiv category from the ACM classes, MSC classes and free text that share the field with it. */
export function isCategoryCode(subject: string): boolean {
  return archiveOf(subject) !== undefined;
}
