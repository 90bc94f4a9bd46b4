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

/** Every code in use, aliases and closed archives, by its lower case. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [...taxonomy.map(({ code }) => code), ...CANONICAL.keys(), ...CLOSED_ARCHIVES].map((code) => [
    code.toLowerCase(),
    code,
  ]),
);

const LONGEST_KNOWN = Math.max(...[...KNOWN.keys()].map((code) => code.length));

/** The canonical code of an alias, whatever its case; any other text as it is. */
export function resolveCategory(text: string): string {
  const code = categoryCode(text) ?? text;
  return CANONICAL.get(code) ?? code;
}

/**
 * The code that a subject names, in arXiv's own case: `cs.LG` for `cs.lg`, `" cs.LG "` and `Machine Learning (cs.LG)`.
 * Undefined for ACM classes, MSC classes and free text. A code outside the taxonomy counts if its archive is arXiv's.
 */
export function categoryCode(subject: string): string | undefined {
  const text = subject.trim();
  return (
    distinctCode(text) ??
    distinctCode(/^[^().;:]*\(([^()]*)\)$/.exec(text)?.[1]?.trim() ?? '') ??
    bareArchive(text)
  );
}

/** Whether a subject is an arXiv category, unlike the ACM classes, MSC classes and free text that share the field. */
export function isCategoryCode(subject: string): boolean {
  return categoryCode(subject) !== undefined;
}

/** A code that is no word of any language, in arXiv's own case. `math` and `physics` are words: see `bareArchive`. */
export function distinctCode(text: string): string | undefined {
  if (text.length <= LONGEST_KNOWN) {
    const known = KNOWN.get(text.toLowerCase());
    if (known !== undefined) return known;
  }
  const dot = text.indexOf('.');
  if (dot < 0 || !ARCHIVES.has(text.slice(0, dot))) return undefined;
  return /^(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*)$/.test(text.slice(dot + 1)) ? text : undefined;
}

function bareArchive(text: string): string | undefined {
  return ARCHIVES.has(text) ? text : undefined;
}
