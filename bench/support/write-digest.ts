import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

interface Size {
  /** Stop once the file has this size. */
  readonly bytes?: number;
  /** Stop after this number of records. */
  readonly records?: number;
  /** Index of the first record; 0 by default. */
  readonly from?: number;
}

/** Writes a JSONL digest of generated records. Returns the number of records. */
export async function writeDigest(
  file: string,
  { bytes: mostBytes = Infinity, records: mostRecords = Infinity, from = 0 }: Size,
): Promise<number> {
  const out = createWriteStream(file);
  let records = 0;
  for (let written = 0; written < mostBytes && records < mostRecords; records++) {
    const line = `${JSON.stringify(generatedRecord(from + records))}\n`;
    written += Buffer.byteLength(line);
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return records;
}

/** Categories, and how often a paper is in each: the first is in a third of all papers, the last in one of a thousand. */
const AREAS: readonly (readonly [code: string, share: number])[] = [
  ['cs.LG', 0.33],
  ['cs.CV', 0.24],
  ['cs.AI', 0.22],
  ['cs.CL', 0.2],
  ['cs.RO', 0.08],
  ['stat.ML', 0.06],
  ['eess.IV', 0.04],
  ['eess.SP', 0.03],
  ['math.OC', 0.02],
  ['hep-th', 0.01],
  ['cs.GL', 0.001],
];
/** A category of very few papers: 1 in 4,999, and none of the newest ones. */
const RARE_CATEGORY = 'physics.hist-ph';
/** A paper of the third day has this many authors. */
const MANY_AUTHORS = { paper: 1_234, authors: 3_000 };

/** The n-th record, always the same. Frequencies of words and names follow Zipf's law, as in real digests. */
export function generatedRecord(n: number): object {
  const random = seededRandom(n);
  const month = Math.floor(n / 90_000);
  const id = `${15 + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}.${10_000 + (n % 90_000)}`;
  const english = (count: number): string =>
    Array.from({ length: count }, () => ENGLISH[zipf(random, ENGLISH.length)]).join(' ');
  const chinese = (count: number): string =>
    Array.from({ length: count }, () => CHINESE[zipf(random, CHINESE.length)]).join('');
  return {
    id,
    categories: categories(n, random),
    abs: `https://arxiv.org/abs/${id}`,
    authors: authors(n, random),
    title: english(9),
    comment: null,
    ...(n % 11 === 0 && { code_url: `https://github.com/example/paper-${n}`, code_stars: n % 500 }),
    summary: english(170),
    ...(n % 13 !== 0 && { AI: summary(chinese) }),
  };
}

function categories(n: number, random: () => number): string[] {
  const found = AREAS.filter(([, share]) => random() < share).map(([code]) => code);
  if (n % 4_999 === 17) found.push(RARE_CATEGORY);
  // The primary category, which comes first, may be any of them.
  const first = Math.floor(random() * found.length);
  return found.length === 0 ? ['cs.SE'] : [...found.slice(first), ...found.slice(0, first)];
}

/** One to eight names. Names recur: the most common ones are on hundreds of papers. */
function authors(n: number, random: () => number): string[] {
  const name = (): string => `${ENGLISH[zipf(random, 900)]} ${ENGLISH[zipf(random, 6_000)]}`;
  if (n === MANY_AUTHORS.paper)
    return Array.from({ length: MANY_AUTHORS.authors }, (_, index) => `${name()} ${index + 1}`);
  return [...new Set(Array.from({ length: 1 + Math.floor(random() * 8) }, name))];
}

function summary(chinese: (count: number) => string): object {
  return {
    tldr: chinese(25),
    motivation: chinese(35),
    method: chinese(50),
    result: chinese(40),
    conclusion: chinese(30),
  };
}

const KNOWN = `the of and a to in we for is on that with this our by as are from model learning data method results
  network training performance language using image based graph deep reinforcement propose approach neural task large
  attention transformer diffusion policy robot vision segmentation detection survey benchmark dataset optimization
  convex quantum field gauge theory signal channel estimation speech audio video generation retrieval reasoning agent
  planning control medical imaging federated privacy robust adversarial causal inference bayesian sampling kernel`;
const ENGLISH = [
  ...new Set([...KNOWN.split(/\s+/), ...Array.from({ length: 12_000 }, (_, n) => syllables(n))]),
];
const CHINESE = Array.from({ length: 8_000 }, (_, n) => {
  const random = seededRandom(n + 1e9);
  const character = (): string => String.fromCodePoint(0x4e00 + Math.floor(random() ** 2 * 6_000));
  return n === 30 ? '强化学习' : character() + character();
});

function syllables(n: number): string {
  const parts = ['ba', 'con', 'di', 'fer', 'gra', 'lo', 'mi', 'nor', 'pe', 'qui', 'ra', 'sta', 'ti', 'va'];
  return [n % 14, Math.floor(n / 14) % 14, Math.floor(n / 196) % 14, Math.floor(n / 2744) % 14]
    .map((at) => parts[at])
    .join('');
}

/** An index below `count`; index k about 1/(k + 1) as often as the first. */
function zipf(random: () => number, count: number): number {
  return Math.floor(count ** random()) - 1;
}

/** Mulberry32: numbers from 0 to below 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
