import { MOST_CHARACTERS } from './most-characters.ts';
import { plainText } from './plain-text.ts';
import { placedCharacters, stretches } from './scripts.ts';
import { words } from './words.ts';

/** A word of a paper. */
export interface PaperWord {
  /** Equal for words that a search takes for the same, but for their stems. */
  readonly key: string;
  /** As the paper writes it most often. */
  readonly shown: string;
  /** How much it tells of the paper: the title counts more. */
  readonly weight: number;
}

const TITLE_WEIGHT = 4;

// Words that nearly every abstract has.
const COMMON = new Set(
  `ability able abstract accuracy achieve achieved achieves across additionally address addresses advance advances aim aims all also although analysis
  analyze applications applied apply approach approaches art available based baseline baselines benchmark benchmarks best better
  between both can capture challenge challenges challenging code compared comparison complex comprehensive conduct
  consistently contribution current data dataset datasets demonstrate demonstrates design designed despite develop developed different
  directly diverse due each effective effectively effectiveness efficient efficiently enable enables enabling enhance evaluate evaluation
  existing experiment experimental experiments extensive finally find findings first focus framework further furthermore general however https
  github com identify impact important improve improved improvement improvements improves improving including increasing input integrate introduce
  introduces investigate issue key large leading leverage leverages leveraging limitations limited mainly make many method
  methods model models moreover multiple new novel often one only our output outperform outperforms over overall paper
  perform performance performs point potential present presents previous prior problem problems process propose proposed proposes
  provide provides providing quality recent recently remain remains require requires research result results reveal robust role
  several show showing shown shows significant significantly simple single specific specifically state strong studies study such
  superior system systems task tasks technique techniques test than that their them then these they this three through thus
  train training two type under understanding unified use used using various via way well when where whether which while whose
  wide widely with within without work works yet`.split(/\s+/),
);

// What is longer is no word, and may be too long for an index.
const TELLING = /^(?=.*\p{L})[\p{L}\p{N}]{3,64}$/u;

/**
 * The words that tell one paper from others: those of its title, and those that its abstract has more than once. Of titles
 * in Han, kana or Hangul, pairs of characters.
 */
export function paperWords(title: string, abstract: string): PaperWord[] {
  const found = new Map<string, { forms: Map<string, number>; weight: number }>();
  const count = (whole: string, weight: number): void => {
    const text = plainText(whole.slice(0, MOST_CHARACTERS));
    for (const { key, folded, start, end } of words(text)) {
      if (!TELLING.test(folded) || COMMON.has(folded)) continue;
      const word = found.get(key) ?? { forms: new Map<string, number>(), weight: 0 };
      const form = text.slice(start, end);
      word.forms.set(form, (word.forms.get(form) ?? 0) + 1);
      word.weight += weight;
      found.set(key, word);
    }
  };
  count(title, TITLE_WEIGHT);
  count(abstract, 1);
  const telling = [...found].filter(([, { weight }]) => weight > 1);
  return [
    ...telling.map(([key, { forms, weight }]) => ({ key, shown: mostFrequent(forms), weight })),
    ...titlePairs(title),
  ];
}

/** Of equally frequent forms the one with fewer capitals: titles capitalise. */
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
