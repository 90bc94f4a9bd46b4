const ENGLISH = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

// Languages that are named with their script or country more often than any other.
const VARIETIES = ['zh-Hans', 'zh-Hant', 'pt-BR'];

// A tag may go on without end (`en-x-…`); nobody's does, and it is stored.
const LONGEST = 100;

/**
 * The BCP 47 tag that a text names: a tag (`zh-Hant`), or a language's name in English or in itself (`Chinese`, `中文`);
 * `und` for no text at all; undefined where it names no language.
 */
export function parseLanguage(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return undefined;
  const name = trimmed.normalize('NFC');
  if (name === '' || name.toLowerCase() === 'und') return 'und';
  return byName().get(name.toLowerCase().replaceAll('_', ' ')) ?? tag(name);
}

let table: ReadonlyMap<string, string> | undefined;

/** Languages by their names in lower case. Built when it is first asked for: it takes some 30 ms. */
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

/** `aa` to `zz`, codes of languages and countries among them. */
export function twoLetters(): string[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));
  return letters.flatMap((a) => letters.map((b) => a + b));
}

/** In English and in the language itself, as both name its varieties ("Simplified Chinese", "Chinese (Simplified)"). */
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

/** A well-formed tag whose language has a name; "foo" is well formed and names none. */
function tag(text: string): string | undefined {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text.replaceAll('_', '-'));
    return ENGLISH.of(new Intl.Locale(canonical).language) === undefined ? undefined : canonical;
  } catch {
    return undefined;
  }
}
