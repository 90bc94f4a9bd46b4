import { LRUCache } from 'lru-cache';
import { twoLetters } from './language.ts';

/** Tags of languages (BCP 47) that answer a request equally well. */
export interface LanguageLevel {
  /** Spellings of one language, such as `zh`, `zh-Hans` and `zh-CN`. */
  readonly tags: readonly string[];
  /** Each covers the tags that begin with it and a hyphen: `zh` covers `zh-Hant`. */
  readonly begun: readonly string[];
}

/**
 * The tags that answer a request for a language, best first. `tag` is canonical, as `parseLanguage` returns it. Each level is
 * the one before, cut at its end as in the lookup of RFC 4647: `zh-Hant-TW`, `zh-Hant`, `zh`. Tags with the same likely
 * subtags are one language: `zh-CN` and `zh-Hans` are `zh`, `zh-TW` is `zh-Hant`, `en-US` is `en`.
 */
export function languageLevels(tag: string): readonly LanguageLevel[] {
  const { baseName, script, region } = new Intl.Locale(tag);
  const [language = ''] = baseName.split('-', 1);
  // Likely subtags would make English of it.
  if (language === 'und') return [{ tags: [baseName], begun: [baseName] }];
  const written = script ?? likely(language, region).script;
  const levels = [
    ...(region === undefined ? [] : [inCountry(language, written, region)]),
    ...(script === undefined && region === undefined ? [] : [inScript(language, written)]),
    inLanguage(language),
  ];
  const [first] = levels;
  // Only a variant, such as the spelling of a year, makes a language that none of its spellings is.
  return first?.tags.includes(baseName) === true
    ? levels
    : [{ tags: [baseName], begun: [baseName] }, ...levels];
}

/**
 * The tags that a list covers by this one in it: the first level. A tag with a country is what a browser tells of its reader
 * (`navigator.language`), whom the next levels serve better than nothing: it covers their spellings, too.
 */
export function languageRange(tag: string): LanguageLevel {
  const levels = languageLevels(tag);
  const covered = new Intl.Locale(tag).region === undefined ? levels.slice(0, 1) : levels;
  return { tags: covered.flatMap(({ tags }) => tags), begun: levels[0]?.begun ?? [] };
}

/** The tags of the levels, each once, best first: the one that is asked for, what is spelt otherwise, then what it is cut to. */
export function languageTags(tag: string): readonly string[] {
  return [...new Set([tag, ...languageLevels(tag).flatMap(({ tags }) => tags)])];
}

/** Spellings of the very language that a tag names, itself first. */
export function languageSpellings(tag: string): readonly string[] {
  return [...new Set([tag, ...(languageLevels(tag)[0]?.tags ?? [])])];
}

function inCountry(language: string, script: string, region: string): LanguageLevel {
  const begun = [`${language}-${region}`, `${language}-${script}-${region}`];
  return {
    tags: spellings(language, script, region),
    // Written in another script than is usual there, it is said with its script.
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

/** The tags with these likely subtags, shorter ones first. */
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

// Each takes Intl some 20 µs, and a filter may name thousands of languages.
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

/** The language in the countries that write it in this script: `zh-HK`, `zh-TW` and others. None for its usual script. */
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
