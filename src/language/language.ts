const ENGLISH = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

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
  return byName().get(name.toLowerCase().replaceAll('_', ' ')) ?? tag(name);
}

let table: ReadonlyMap<string, string> | undefined;

/** Language tags by lower-case name. Built on first use, because that takes about 30 ms. */
function byName(): ReadonlyMap<string, string> {
  table ??= new Map(
    [...twoLetterTags(), ...VARIETIES].flatMap((language) =>
      names(language).map((name) => [name.normalize('NFC').toLowerCase(), language]),
    ),
  );
  return table;
}

function twoLetterTags(): string[] {
  return twoLetters().filter((code) => Intl.getCanonicalLocales(code)[0] === code);
}

/** All two-letter codes, `aa` to `zz`; Intl knows which are languages or countries. */
export function twoLetters(): string[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));
  return letters.flatMap((a) => letters.map((b) => a + b));
}

/**
 * Names in English and in the language itself, in both styles ("Simplified Chinese", "Chinese (Simplified)").
 */
function names(language: string): string[] {
  const base = new Intl.Locale(language).language;
  const named = ['en', base, language].flatMap((inLanguage) =>
    (['dialect', 'standard'] as const).map((languageDisplay) =>
      new Intl.DisplayNames([inLanguage], { type: 'language', fallback: 'none', languageDisplay }).of(
        language,
      ),
    ),
  );
  return named.filter((name) => name !== undefined);
}

/** The canonical form of a tag whose language has a name. `foo` is well-formed, but names no language. */
function tag(text: string): string | undefined {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text.replaceAll('_', '-'));
    return ENGLISH.of(new Intl.Locale(canonical).language) === undefined ? undefined : canonical;
  } catch {
    return undefined;
  }
}
