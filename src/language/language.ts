const ENGLISH = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

// Chinese is named with its script more often than any other language.
const WITH_SCRIPT = ['zh-Hans', 'zh-Hant'];

/** Every language of two letters that has a name, by its names in English and in itself, in lower case. */
const BY_NAME: ReadonlyMap<string, string> = new Map(
  [...twoLetterTags(), ...WITH_SCRIPT].flatMap((language) =>
    names(language).map((name) => [name.toLowerCase(), language]),
  ),
);

/**
 * The BCP 47 tag that a text names: a tag (`zh-Hant`), or a language's name in English or in itself (`Chinese`, `中文`);
 * `und` for no text at all; undefined where it names no language.
 */
export function parseLanguage(text: string): string | undefined {
  const name = text.trim().normalize('NFC');
  if (name === '') return 'und';
  return BY_NAME.get(name.toLowerCase().replaceAll('_', ' ')) ?? tag(name);
}

/** A well-formed tag whose language has a name; "foo" is well formed and names none. */
function tag(text: string): string | undefined {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text.replaceAll('_', '-'));
    const language = new Intl.Locale(canonical).language;
    return language === 'und' || ENGLISH.of(language) !== undefined ? canonical : undefined;
  } catch {
    return undefined;
  }
}

function twoLetterTags(): string[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));
  return letters
    .flatMap((a) => letters.map((b) => a + b))
    .filter((code) => Intl.getCanonicalLocales(code)[0] === code);
}

function names(tagged: string): string[] {
  const own = new Intl.DisplayNames([tagged], { type: 'language', fallback: 'none' });
  return [ENGLISH.of(tagged), own.of(tagged)].filter((name) => name !== undefined);
}
