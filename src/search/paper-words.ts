import { words } from './highlight.ts';
import { plainText } from './plain-text.ts';
import { pairs, stretches } from './scripts.ts';

/** A word of a paper. */
export interface PaperWord {
  /** Case and accents folded. */
  readonly folded: string;
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
  const count = (text: string, weight: number): void => {
    for (const { folded, start, end } of words(text)) {
      if (!TELLING.test(folded) || COMMON.has(folded)) continue;
      const word = found.get(folded) ?? { forms: new Map<string, number>(), weight: 0 };
      const form = text.slice(start, end);
      word.forms.set(form, (word.forms.get(form) ?? 0) + 1);
      word.weight += weight;
      found.set(folded, word);
    }
  };
  count(plainText(title), TITLE_WEIGHT);
  count(plainText(abstract), 1);
  const telling = [...found].filter(([, { weight }]) => weight > 1);
  return [
    ...telling.map(([folded, { forms, weight }]) => ({ folded, shown: mostFrequent(forms), weight })),
    ...titlePairs(title),
  ];
}

/** Of equally frequent forms the one with fewer capitals: titles capitalise. */
function mostFrequent(forms: ReadonlyMap<string, number>): string {
  const ranked = [...forms].toSorted(([a, times], [b, others]) => others - times || (a < b ? 1 : -1));
  return ranked[0]?.[0] ?? '';
}

function titlePairs(title: string): PaperWord[] {
  const all = stretches(title).flatMap(({ unspaced, text }) => (unspaced ? pairs(text).slice(0, -1) : []));
  return [...new Set(all)].map((pair) => ({ folded: pair, shown: pair, weight: TITLE_WEIGHT }));
}
