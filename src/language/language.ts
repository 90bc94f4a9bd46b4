// Languages that are often named together with a script or country.
const VARIETIES = ['zh-Hans', 'zh-Hant', 'pt-BR'];

// Tags are stored. BCP 47 sets no limit (`en-x-…`), but no real tag is longer.
const LONGEST = 100;

/**
 * Reads a language: a BCP 47 tag (`zh-Hant`), or a name in English or in the language itself (`Chinese`,
 * `中文`). Returns a canonical tag, `und` for an empty text, and undefined if the text names no language.
 */
export function parseLanguage(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return undefined;
  const name = trimmed.normalize('NFC');
  if (name === '' || name.toLowerCase() === 'und') return 'und';
  const folded = fold(name).replaceAll('_', ' ');
  return inEnglish().get(folded) ?? inItself().get(folded) ?? tag(name);
}

const english = once(() => displayNames('en'));

/** Language tags by lower-case English name. */
const inEnglish = once(() => {
  const [dialect, standard] = english();
  return tagsByName((language) => [dialect.of(language), standard.of(language)]);
});

/** Language tags by lower-case name in the language itself. It takes ten times as long to build as the English ones. */
const inItself = once(() =>
  tagsByName((language) =>
    [new Intl.Locale(language).language, language].flatMap(displayNames).map((names) => names.of(language)),
  ),
);

/** A table that is built on first use. */
function once<T extends object>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}

function tagsByName(
  names: (language: string) => readonly (string | undefined)[],
): ReadonlyMap<string, string> {
  return new Map(
    [...twoLetterTags(), ...VARIETIES].flatMap((language) =>
      names(language).flatMap((name) => (name === undefined ? [] : [[fold(name), language] as const])),
    ),
  );
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Names of languages in a language, in both styles ("Simplified Chinese", "Chinese (Simplified)"). */
function displayNames(language: string): [Intl.DisplayNames, Intl.DisplayNames] {
  const options = { type: 'language', fallback: 'none' } as const;
  return [
    new Intl.DisplayNames([language], { ...options, languageDisplay: 'dialect' }),
    new Intl.DisplayNames([language], { ...options, languageDisplay: 'standard' }),
  ];
}

function twoLetterTags(): string[] {
  return twoLetters().filter((code) => Intl.getCanonicalLocales(code)[0] === code);
}

/** All two-letter codes, `aa` to `zz`; Intl knows which are languages or countries. */
export function twoLetters(): string[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));
  return letters.flatMap((a) => letters.map((b) => a + b));
}

/** The canonical form of a tag whose language has a name. `foo` is well-formed, but names no language. */
function tag(text: string): string | undefined {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text.replaceAll('_', '-'));
    return english()[0].of(new Intl.Locale(canonical).language) === undefined ? undefined : canonical;
  } catch {
    return undefined;
  }
}
