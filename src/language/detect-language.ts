// Scripts that one language writes, or nearly: the most letters decide. Kana before Han, as Japanese has both.
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Hebrew}/gu, 'he'],
];

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const HAN = /\p{Script=Han}/gu;
const WORD = /[\p{Script=Latin}\p{M}'’]+/gu;

// The commonest words of languages that digests are written in; enough of them in a text tell it from the others.
const FUNCTION_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words('the of and to in a is that for with on as are this by we an be from which can it has its'),
  de: words('der die das und zu ist den mit für von auf eine ein dem wird sind nicht als werden durch'),
  fr: words('le la les des et en un une est pour dans que qui par sur du avec sont au aux cette'),
  es: words('el la los las de y en que un una es para por con del se al como su son este'),
  pt: words('o a os as de e em que um uma para por com do da no na se ao como são'),
  it: words('il la di e che un una in per con del della è si dei le al nel sono come'),
};

// Abstracts' worth of text is plenty; a digest of megabytes need not be read through.
const MOST_CHARACTERS = 50_000;
// Formulas and names in Latin letters stand in texts of every language.
const LEAST_SHARE = 0.12;

/**
 * The language (BCP 47) that the texts are written in, told by their script and, for Latin script, by the commonest words;
 * `und` where that tells nothing certain.
 */
export function detectLanguage(texts: Iterable<string>): string {
  let sample = '';
  for (const text of texts) {
    sample += `${text}\n`;
    if (sample.length > MOST_CHARACTERS) break;
  }
  return byScript(sample) ?? byWords(sample) ?? 'und';
}

function byScript(text: string): string | undefined {
  const latin = count(text, WORD);
  const [kana, han] = [count(text, KANA), count(text, HAN)];
  const counts = SCRIPTS.map(([script, language]) => [count(text, script), language] as const);
  // One Han character is about a word; Japanese text is a third kana or more.
  const candidates = [...counts, [kana + han, kana > (kana + han) / 10 ? 'ja' : 'zh'] as const];
  const [letters, language] = candidates.reduce((best, next) => (next[0] > best[0] ? next : best));
  return letters > latin * 0.5 && letters > 3 ? language : undefined;
}

function byWords(text: string): string | undefined {
  const all = text.toLowerCase().match(WORD) ?? [];
  const shares = Object.entries(FUNCTION_WORDS).map(([language, common]) => ({
    language,
    share: all.filter((word) => common.has(word)).length / all.length,
  }));
  const [best, second] = shares.toSorted((a, b) => b.share - a.share);
  if (best === undefined || second === undefined || all.length < 5) return undefined;
  return best.share > LEAST_SHARE && best.share > second.share * 1.3 ? best.language : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
