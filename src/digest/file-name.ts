import { isDay } from '../time/day.ts';
import { parseLanguage } from '../language/language.ts';

/** The facts that the name of a digest file states. */
export interface FileName {
  /** YYYY-MM-DD */
  readonly date: string | undefined;
  /** BCP 47; `und` if the name announces a language but does not name it. */
  readonly language: string | undefined;
  /** The rest of the name, such as `_database`. It distinguishes digests of one source. */
  readonly suffix: string;
}

const PACKED = /\.gz$/i;
const ENDING = /\.[a-z]+$/i;
const ENHANCED = /_AI_enhanced_/i;

/**
 * Reads names like `[prefix_]YYYY-MM-DD[suffix][_AI_enhanced_[Language][suffix]].md`, with any extension and
 * an optional `.gz`. The prefix and the suffixes become one suffix, so `recommended_2026-01-24` equals
 * `2026-01-24_recommended`. A name without a date states nothing.
 */
export function parseFileName(name: string): FileName {
  const unpacked = unpackedName(name);
  const found = findDate(unpacked);
  if (found === undefined) return { date: undefined, language: undefined, suffix: '' };
  const stem = unpacked.slice(found.end).replace(ENDING, '');
  const prefix = asSuffix(unpacked.slice(0, found.start));
  const mark = ENHANCED.exec(stem);
  if (mark === null) return { date: found.date, language: undefined, suffix: prefix + stem };
  const { language, rest } = leadingLanguage(stem.slice(mark.index + mark[0].length));
  return { date: found.date, language, suffix: prefix + stem.slice(0, mark.index) + rest };
}

/** Removes the `.gz` of a compressed file from its name. */
export function unpackedName(name: string): string {
  return name.replace(PACKED, '');
}

/** Removes the extensions (`.md`, `.jsonl.gz`). The two forms of an undated digest share this name. */
export function stemOf(name: string): string {
  return unpackedName(name).replace(ENDING, '');
}

interface FoundDate {
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

// Eight digits can be any number. Only days since arXiv began (1991) count.
const DATES = [
  /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g,
  /(?<!\d)((?:199|20\d)\d)[_.]?(\d{2})[_.]?(\d{2})(?!\d)/g,
];

/** The first valid day in a name. Days with hyphens win over those without. */
function findDate(name: string): FoundDate | undefined {
  for (const pattern of DATES) {
    for (const { 0: text, 1: year, 2: month, 3: day, index } of name.matchAll(pattern)) {
      const date = `${year}-${month}-${day}`;
      if (isDay(date)) return { date, start: index, end: index + text.length };
    }
  }
  return undefined;
}

/** Turns `recommended_` into `_recommended`. */
function asSuffix(prefix: string): string {
  const text = prefix.replace(/[-_. ]$/, '');
  return text === '' ? prefix : (prefix.slice(text.length) || '_') + text;
}

/** Longer than the name of any language. */
const LONGEST_LANGUAGE = 64;

/** Splits a text after its longest beginning that names a language and ends at a separator. */
function leadingLanguage(text: string): { language: string; rest: string } {
  const separators = [...text.slice(0, LONGEST_LANGUAGE).matchAll(/[-_. (+]/g)];
  const ends = [text.length, ...separators.map(({ index }) => index).toReversed()];
  for (const end of ends.filter((each) => each <= LONGEST_LANGUAGE)) {
    const name = text.slice(0, end).trimEnd();
    const language = parseLanguage(name);
    if (language !== undefined && isPlain(language)) return { language, rest: text.slice(name.length) };
  }
  const unknown = separators.find(([separator]) => separator !== ' ')?.index ?? text.length;
  return { language: 'und', rest: text.slice(unknown) };
}

const SCRIPTS = new Intl.DisplayNames(['en'], { type: 'script', fallback: 'none' });

/**
 * Whether a tag has nothing but a language, a known script and a region. BCP 47 would also allow `en-backups`
 * and `en-full`, where the second word is a suffix of the file.
 */
function isPlain(tag: string): boolean {
  const { language, script, region } = new Intl.Locale(tag);
  const plain = [language, script, region].filter((part) => part !== undefined).join('-');
  return tag === plain && (script === undefined || SCRIPTS.of(script) !== undefined);
}
