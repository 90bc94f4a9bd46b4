import { isDay } from '../time/day.ts';
import { parseLanguage } from '../language/language.ts';

/** What a digest's file name tells. */
export interface FileName {
  /** YYYY-MM-DD */
  readonly date: string | undefined;
  /** BCP 47; `und` where the name says that a language was meant and not which. */
  readonly language: string | undefined;
  /** What else the name holds, such as `_database`: it tells digests of one source apart. */
  readonly suffix: string;
}

const PACKED = /\.gz$/i;
const ENDING = /\.[a-z]+$/i;
const ENHANCED = /_AI_enhanced_/i;

/**
 * Reads `[prefix_]YYYY-MM-DD[suffix][_AI_enhanced_[Language][suffix]].md`, or another ending, also where `.gz` follows. Prefix
 * and suffixes become one suffix (`recommended_2026-01-24` and `2026-01-24_recommended` are the same). A name without a
 * date tells nothing.
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

/** The name of a file without the `.gz` of its packed form. */
export function unpackedName(name: string): string {
  return name.replace(PACKED, '');
}

/** The name of a file without its endings (`.md`, `.jsonl.gz`): the two forms of an undated digest share it. */
export function stemOf(name: string): string {
  return unpackedName(name).replace(ENDING, '');
}

interface FoundDate {
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

// Eight digits can be any number: these are days since there is an arXiv.
const DATES = [
  /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g,
  /(?<!\d)((?:199|20\d)\d)[_.]?(\d{2})[_.]?(\d{2})(?!\d)/g,
];

/** The first day of the calendar in a name; one that is written with hyphens before all others. */
function findDate(name: string): FoundDate | undefined {
  for (const pattern of DATES) {
    for (const { 0: text, 1: year, 2: month, 3: day, index } of name.matchAll(pattern)) {
      const date = `${year}-${month}-${day}`;
      if (isDay(date)) return { date, start: index, end: index + text.length };
    }
  }
  return undefined;
}

/** `recommended_` as `_recommended`. */
function asSuffix(prefix: string): string {
  const text = prefix.replace(/[-_. ]$/, '');
  return text === '' ? prefix : (prefix.slice(text.length) || '_') + text;
}

/** No language's name is longer. */
const LONGEST_LANGUAGE = 64;

/** The longest beginning of a text, up to a separator or its end, that names a language, and what comes after it. */
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
 * Whether a tag consists of a language, a known script and a region: in `en-backups` and `en-full` the second word, which BCP 47
 * allows, is a suffix.
 */
function isPlain(tag: string): boolean {
  const { language, script, region } = new Intl.Locale(tag);
  const plain = [language, script, region].filter((part) => part !== undefined).join('-');
  return tag === plain && (script === undefined || SCRIPTS.of(script) !== undefined);
}
