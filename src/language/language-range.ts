import { LRUCache } from 'lru-cache';
import { twoLetters } from './language.ts';

/** Language tags (BCP 47) that match a request equally well. */
export interface LanguageLevel {
  /** Spellings of one language, such as `zh`, `zh-Hans` and `zh-CN`. */
  readonly tags: readonly string[];
  /** Prefixes: each matches every tag that continues it after a hyphen, as `zh` matches `zh-Hant`. */
  readonly begun: readonly string[];
}

/**
 * The tags that match a request for a language, best level first. `tag` must be canonical, as `parseLanguage`
 * returns it. Each level drops the last subtag of the one before, as RFC 4647 lookup does: `zh-Hant-TW`,
 * `zh-Hant`, `zh`. Tags with the same likely subtags are the same language: `zh-CN` and `zh-Hans` are `zh`,
 * `zh-TW` is `zh-Hant`, `en-US` is `en`.
 */
export function languageLevels(tag: string): readonly LanguageLevel[] {
  const { baseName, script, region } = new Intl.Locale(tag);
  const [language = ''] = baseName.split('-', 1);
  // Intl would maximize `und` to English.
  if (language === 'und') return [{ tags: [baseName], begun: [baseName] }];
  const written = script ?? likely(language, region).script;
  const levels = [
    ...(region === undefined ? [] : [inCountry(language, written, region)]),
    ...(script === undefined && region === undefined ? [] : [inScript(language, written)]),
    inLanguage(language),
  ];
  const [first] = levels;
  // A tag that is not among its own spellings has a variant, such as `de-1996`.
  return first?.tags.includes(baseName) === true
    ? levels
    : [{ tags: [baseName], begun: [baseName] }, ...levels];
}

/**
 * The tags that an entry of a language list matches. That is the first level, plus the spellings of the next
 * ones if the tag has a country: browsers send such tags (`navigator.language`), and a close match is better
 * than none.
 */
export function languageRange(tag: string): LanguageLevel {
  const levels = languageLevels(tag);
  const covered = new Intl.Locale(tag).region === undefined ? levels.slice(0, 1) : levels;
  return { tags: covered.flatMap(({ tags }) => tags), begun: levels[0]?.begun ?? [] };
}

/** All tags to try, each once, best first: the requested tag, its other spellings, then its truncations. */
export function languageTags(tag: string): readonly string[] {
  return [...new Set([tag, ...languageLevels(tag).flatMap(({ tags }) => tags)])];
}

/** All spellings of the language that a tag names, the tag itself first. */
export function languageSpellings(tag: string): readonly string[] {
  return [...new Set([tag, ...(languageLevels(tag)[0]?.tags ?? [])])];
}

function inCountry(language: string, script: string, region: string): LanguageLevel {
  const begun = [`${language}-${region}`, `${language}-${script}-${region}`];
  return {
    tags: spellings(language, script, region),
    // A language in an unusual script for its country is always written with the script.
    begun: likely(language, region).script === script ? begun : begun.slice(1),
  };
}

function inScript(language: string, script: string): LanguageLevel {
  const { region } = likely(`${language}-${script}`);
  const tags = spellings(language, script, region);
  const begun = [...tags.filter((tag) => tag !== language), ...countriesOf(language, script)];
  return { tags, begun: [...new Set(begun)] };
}

function inLanguage(language: string): LanguageLevel {
  const { script, region } = likely(language);
  return { tags: spellings(language, script, region), begun: [language] };
}

/** The tags that share these likely subtags, shortest first. */
function spellings(language: string, script: string, region: string): string[] {
  const full = `${language}-${script}-${region}`;
  return [language, `${language}-${script}`, `${language}-${region}`, full].filter(
    (tag) => tag === full || likely(tag).tag === full,
  );
}

interface Likely {
  readonly tag: string;
  readonly script: string;
  readonly region: string;
}

// Cached: Intl takes about 20 µs for each, and a filter may name thousands of languages.
const known = new LRUCache<string, Likely>({ max: 2_000 });

function likely(language: string, region?: string): Likely {
  const tag = region === undefined ? language : `${language}-${region}`;
  const cached = known.get(tag);
  if (cached !== undefined) return cached;
  const locale = new Intl.Locale(tag).maximize();
  const found = { tag: locale.toString(), script: locale.script ?? 'Zzzz', region: locale.region ?? 'ZZ' };
  known.set(tag, found);
  return found;
}

const countries = new Map<string, ReadonlyMap<string, readonly string[]>>();

/**
 * The language in each country that uses this script, such as `zh-HK` and `zh-TW`. Empty for its usual
 * script.
 */
function countriesOf(language: string, script: string): readonly string[] {
  const byScript = countries.get(language) ?? countriesByScript(language);
  countries.set(language, byScript);
  return byScript.get(script) ?? [];
}

function countriesByScript(language: string): ReadonlyMap<string, readonly string[]> {
  const usual = likely(language).script;
  const byScript = new Map<string, string[]>();
  for (const country of twoLetters()) {
    const { script, region } = likely(language, country);
    if (script !== usual) byScript.set(script, [...(byScript.get(script) ?? []), `${language}-${region}`]);
  }
  return byScript;
}
