import { MOST_CHARACTERS } from './most-characters.ts';
import { plainText } from './plain-text.ts';
import { placedCharacters, stretches } from './scripts.ts';
import { words } from './words.ts';

/** A word that characterises a paper. */
export interface PaperWord {
  /** Equal for words that a search treats alike, apart from stemming. */
  readonly key: string;
  /** The form that the paper uses most often. */
  readonly shown: string;
  /** Number of occurrences; those in the title count four times. */
  readonly weight: number;
}

const TITLE_WEIGHT = 4;

// Words that occur in most abstracts.
const COMMON = new Set(
  `ability able abstract accuracy achieve achieved achieves across additionally address addresses advance
  advances aim aims all also although analysis analyze applications applied apply approach approaches art
  available based baseline baselines benchmark benchmarks best better between both can capture challenge
  challenges challenging code compared comparison complex comprehensive conduct consistently contribution
  current data dataset datasets demonstrate demonstrates design designed despite develop developed
  different directly diverse due each effective effectively effectiveness efficient efficiently enable
  enables enabling enhance evaluate evaluation existing experiment experimental experiments extensive
  finally find findings first focus framework further furthermore general however https github com
  identify impact important improve improved improvement improvements improves improving including
  increasing input integrate introduce introduces investigate issue key large leading leverage leverages
  leveraging limitations limited mainly make many method methods model models moreover multiple new novel
  often one only our output outperform outperforms over overall paper perform performance performs point
  potential present presents previous prior problem problems process propose proposed proposes provide
  provides providing quality recent recently remain remains require requires research result results
  reveal robust role several show showing shown shows significant significantly simple single specific
  specifically state strong studies study such superior system systems task tasks technique techniques
  test than that their them then these they this three through thus train training two type under
  understanding unified use used using various via way well when where whether which while whose wide
  widely with within without work works yet`.split(/\s+/),
);

// Longer strings are hardly words, and could exceed the size limit of index entries.
const WORD = /^(?=.*\p{L})[\p{L}\p{N}]{3,64}$/u;

/**
 * The words that distinguish a paper from others: words of its title, and words that occur more than once in
 * its abstract. Titles in Han, kana or Hangul contribute pairs of characters.
 */
export function paperWords(title: string, abstract: string): PaperWord[] {
  const found = new Map<string, { forms: Map<string, number>; weight: number }>();
  const count = (whole: string, weight: number): void => {
    const text = plainText(whole.slice(0, MOST_CHARACTERS));
    for (const { key, folded, start, end } of words(text)) {
      if (!WORD.test(folded) || COMMON.has(folded)) continue;
      const word = found.get(key) ?? { forms: new Map<string, number>(), weight: 0 };
      const form = text.slice(start, end);
      word.forms.set(form, (word.forms.get(form) ?? 0) + 1);
      word.weight += weight;
      found.set(key, word);
    }
  };
  count(title, TITLE_WEIGHT);
  count(abstract, 1);
  const significant = [...found].filter(([, { weight }]) => weight > 1);
  return [
    ...significant.map(([key, { forms, weight }]) => ({ key, shown: mostFrequent(forms), weight })),
    ...titlePairs(title),
  ];
}

/** Ties go to the form with fewer capitals, because titles capitalise words. */
function mostFrequent(forms: ReadonlyMap<string, number>): string {
  const ranked = [...forms].toSorted(([a, times], [b, others]) => others - times || (a < b ? 1 : -1));
  return ranked[0]?.[0] ?? '';
}

function titlePairs(title: string): PaperWord[] {
  const found = new Map<string, PaperWord>();
  for (const stretch of stretches(title.slice(0, MOST_CHARACTERS))) {
    const characters = stretch.unspaced ? placedCharacters(stretch) : [];
    for (const [index, { key, start }] of characters.entries()) {
      const next = characters[index + 1];
      if (next === undefined) continue;
      const pair = key + next.key;
      found.set(pair, { key: pair, shown: title.slice(start, next.end), weight: TITLE_WEIGHT });
    }
  }
  return [...found.values()];
}
