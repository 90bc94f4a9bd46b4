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
    const line = `${JSON.stringify(record(from + records))}\n`;
    written += Buffer.byteLength(line);
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return records;
}

const AREAS = [
  'cs.LG',
  'cs.CV',
  'cs.CL',
  'cs.AI',
  'cs.RO',
  'stat.ML',
  'eess.IV',
  'eess.SP',
  'math.OC',
  'hep-th',
];

/** The n-th record, always the same. Frequencies of words, names and categories follow Zipf's law, as in real digests. */
function record(n: number): object {
  const random = createRandom(n);
  const month = Math.floor(n / 90_000);
  const id = `${15 + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}.${10_000 + (n % 90_000)}`;
  const english = (count: number): string =>
    Array.from({ length: count }, () => ENGLISH[zipf(random, ENGLISH.length)]).join(' ');
  const chinese = (count: number): string =>
    Array.from({ length: count }, () => CHINESE[zipf(random, CHINESE.length)]).join('');
  const several = (most: number, make: () => string | undefined): (string | undefined)[] => [
    ...new Set(Array.from({ length: 1 + Math.floor(random() * most) }, make)),
  ];
  return {
    id,
    categories: several(3, () => AREAS[zipf(random, AREAS.length)]),
    abs: `https://arxiv.org/abs/${id}`,
    authors: several(8, () => `${ENGLISH[zipf(random, 900)]} ${ENGLISH[zipf(random, 6_000)]}`),
    title: english(9),
    comment: null,
    summary: english(170),
    AI: {
      tldr: chinese(25),
      motivation: chinese(35),
      method: chinese(50),
      result: chinese(40),
      conclusion: chinese(30),
    },
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
  const random = createRandom(n + 1e9);
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
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
