import { normalized } from './normalize.ts';

// The scripts that identify languages. Each pattern counts words, or single characters in Chinese and
// Japanese, where one character is about one word. Several languages use Cyrillic or Arabic script; some
// letters occur in only one of them.
const HAN = /\p{Script=Han}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const LATIN = /\p{Script=Latin}[\p{Script=Latin}'’]*/gu;
const OTHERS: readonly (readonly [script: RegExp, language: (text: string) => string])[] = [
  [/\p{Script=Hangul}+/gu, () => 'ko'],
  [/\p{Script=Thai}+/gu, () => 'th'],
  [/\p{Script=Greek}{2,}/gu, () => 'el'],
  [/\p{Script=Hebrew}+/gu, () => 'he'],
  [/\p{Script=Cyrillic}+/gu, (text) => (/[їєґ]/i.test(text) ? 'uk' : /[ыэ]/i.test(text) ? 'ru' : 'und')],
  [/\p{Script=Arabic}+/gu, (text) => (/[پچژگ]/.test(text) ? 'und' : 'ar')],
];

// The most common words of languages in Latin script. Enough of them in a text identify its language.
const FUNCTION_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words('the of and to in a is that for with on as are this by we an be from which can it has its'),
  de: words('der die das und zu ist den mit für von auf eine ein dem wird sind nicht als werden durch'),
  fr: words('le la les des et en un une est pour dans que qui par sur du avec sont au aux cette'),
  es: words('el la los las de y en que un una es para por con del se al como su son este'),
  pt: words('o a os as de e em que um uma para por com do da no na se ao como são'),
  it: words('il la di e che un una in per con del della è si dei le al nel sono come'),
};

// A few abstracts of text are enough; a digest may be megabytes long.
const MOST_CHARACTERS = 50_000;
const MOST_OF_ONE_TEXT = 500;
const FEWEST_WORDS = 5;
// Texts in every language contain formulas and names in Latin letters.
const LEAST_TO_LATIN = 0.5;
const LEAST_KANA = 0.1;
const LEAST_FUNCTION_WORDS = 0.12;
const LEAST_LEAD = 1.3;

/**
 * Detects the language of texts from their script and, in Latin script, from the most common words. Returns a
 * BCP 47 tag, or `und` if neither is conclusive.
 */
export function detectLanguage(texts: Iterable<string>): string {
  let sample = '';
  for (const each of texts) {
    sample += `${each.slice(0, MOST_CHARACTERS)}\n`;
    if (sample.length > MOST_CHARACTERS) break;
  }
  const text = normalized(sample, 'NFC');
  return byScript(text) ?? byWords(text) ?? 'und';
}

/**
 * Collects texts of a digest until there are enough to detect its language. A repeated text counts once: a
 * digest can begin with many copies of a placeholder that we do not recognise yet.
 */
export class LanguageSample {
  readonly #texts = new Set<string>();
  #characters = 0;

  /** Adds the beginning of a text, unless the sample is already large enough. */
  add(text: string): void {
    if (this.#characters >= MOST_CHARACTERS) return;
    const start = text.slice(0, MOST_OF_ONE_TEXT);
    if (this.#texts.has(start)) return;
    // Copied, because a slice would keep the whole text in memory.
    this.#texts.add(Buffer.from(start, 'utf16le').toString('utf16le'));
    this.#characters += start.length;
  }

  /** The language of the collected texts; see `detectLanguage`. */
  language(): string {
    return detectLanguage(this.#texts);
  }
}

function byScript(text: string): string | undefined {
  const kana = count(text, KANA);
  const east = kana + count(text, HAN);
  const candidates = [
    { size: east, language: () => (kana > east * LEAST_KANA ? 'ja' : 'zh') },
    ...OTHERS.map(([script, language]) => ({ size: count(text, script), language: () => language(text) })),
  ];
  const most = candidates.reduce((best, next) => (next.size > best.size ? next : best));
  const enough = Math.max(FEWEST_WORDS, count(text, LATIN) * LEAST_TO_LATIN);
  return most.size >= enough ? most.language() : undefined;
}

function byWords(text: string): string | undefined {
  const all = text.toLowerCase().match(LATIN) ?? [];
  if (all.length < FEWEST_WORDS) return undefined;
  const shares = Object.entries(FUNCTION_WORDS).map(([language, common]) => ({
    language,
    share: all.filter((word) => common.has(word)).length / all.length,
  }));
  const [best, second] = shares.toSorted((a, b) => b.share - a.share);
  if (best === undefined || second === undefined) return undefined;
  const certain = best.share > LEAST_FUNCTION_WORDS && best.share > second.share * LEAST_LEAD;
  return certain ? best.language : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
