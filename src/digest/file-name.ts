import { parseLanguage } from '../language/language.ts';

/** What a digest's file name tells. */
export interface FileName {
  /** YYYY-MM-DD */
  readonly date: string | undefined;
  /** BCP 47; `und` where the name says that a language was meant and not which. */
  readonly language: string | undefined;
  /** What stands beyond date and language, such as `_database`: it tells digests of one source apart. */
  readonly suffix: string;
}

const DATED = /^(\d{4}-\d{2}-\d{2})(.*)$/su;
const ENDING = /\.[a-z]+$/i;
const ENHANCED = '_AI_enhanced_';

/** Reads `YYYY-MM-DD[suffix][_AI_enhanced_[Language]].md|jsonl`; a name without a date tells nothing. */
export function parseFileName(name: string): FileName {
  const [, date = '', rest = ''] = DATED.exec(name) ?? [];
  if (!isDay(date)) return { date: undefined, language: undefined, suffix: '' };
  const stem = rest.replace(ENDING, '');
  const at = stem.indexOf(ENHANCED);
  if (at < 0) return { date, language: undefined, suffix: stem };
  const language = parseLanguage(stem.slice(at + ENHANCED.length)) ?? 'und';
  return { date, language, suffix: stem.slice(0, at) };
}

/** Tells a day of the calendar, YYYY-MM-DD from the year 1 on, from other text. */
export function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
