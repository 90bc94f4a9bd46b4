import type { Pool } from 'pg';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { jsonl, textFile } from './digest-files.ts';
import { simplified } from '../../src/search/simplified.ts';
import { createRandom } from './random.ts';

/** What a digest of the corpus says of a paper. */
export interface CorpusEntry {
  readonly date: string;
  readonly language: 'zh' | 'en' | 'ja';
  readonly source: string;
  /** AI text, part by part. */
  readonly ai: readonly string[];
}

/** A paper of the corpus: the truth that answers are held against. */
export interface CorpusPaper {
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly codeUrl: string | null;
  readonly entries: CorpusEntry[];
}

/** The texts that a search reads of a paper. */
export function textsOf({ title, abstract, entries }: CorpusPaper): string[] {
  return [title, abstract, ...entries.flatMap(({ ai }) => ai)];
}

const ENGLISH =
  `the of and a to in we for is on that with this our by as are from learning learns learned learner model models modelled
  data dataset method methods result results network networks networking train trained training performance language languages using image
  images based graph graphs deep deeper deepest reinforcement reinforced reinforce propose proposed proposes approach neural task tasks
  large larger attention attentive transformer transformers diffusion diffuse policy policies robot robots robotic vision segmentation segment
  detection detect detector survey surveys surveyed benchmark benchmarks optimization optimize optimal convex quantum field fields gauge
  theory theories signal signals channel estimation estimate speech audio video generation generate generative retrieval retrieve reasoning
  reason agent agents planning plans plan control controls medical imaging federated privacy private robust robustness adversarial adversary
  causal cause inference infer bayesian sampling samples sample kernel kernels naïve Poincaré Schrödinger café zero-shot few-shot multi-modal
  state-of-the-art GPT-4 U-Net 3D 2D k-means fine-tuning pre-trained dying lying skies news universities university universal generous
  general generally happily happiness running runs ran relational relations conditional hopping hopeful rapidly`.split(
    /\s+/,
  );

// As in real texts, of one script: a search takes the other forms of a character for the same.
const CHARACTERS = Array.from({ length: 5_000 }, (_, n) => String.fromCodePoint(0x4e00 + n))
  .filter((character) => simplified(character) === character)
  .slice(0, 3_000);

const CHINESE_WORDS = [
  '强化学习',
  '深度学习',
  '神经网络',
  '大语言模型',
  '图像分割',
  '目标检测',
  '联邦学习',
  '多模态',
  '扩散模型',
  '知识蒸馏',
];
const OTHER_SCRIPTS = [
  'ネットワークを訓練する',
  '画像生成のための手法',
  '한국어 요약입니다',
  '강화 학습',
  'データ拡張',
];
export const CATEGORIES = ['cs.LG', 'cs.CV', 'cs.CL', 'eess.IV', 'stat.ML', 'math.OC', 'hep-th'];
const NAMES = [
  'Yang Liu',
  'Günter Klambauer',
  'José García',
  "D'Arcy O'Brien",
  'Ada Park',
  'Mei-Ling Wang',
  'Liu Yang',
  'Åsa Öberg',
];
const SOURCES = ['alpha', 'beta', 'gamma'] as const;
const DAYS = 12;

/** Makes a corpus up: Chinese with English words in it, English, some Japanese and Korean; the same for the same seed. */
export function generateCorpus(seed: number, count: number): CorpusPaper[] {
  const random = createRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  // Few words and characters come often, most hardly ever.
  const skewed = <T>(values: readonly T[]): T => values[Math.floor(random() ** 2 * values.length)] as T;
  const words = (length: number): string => Array.from({ length }, () => skewed(ENGLISH)).join(' ');
  const character = (): string => CHARACTERS[Math.floor(random() ** 3 * CHARACTERS.length)] ?? '';
  const chinese = (length: number): string =>
    Array.from({ length }, () =>
      random() < 0.1
        ? pick(CHINESE_WORDS)
        : random() < 0.04
          ? skewed(ENGLISH)
          : random() < 0.06
            ? '，'
            : character(),
    ).join('');
  const latex = (): string =>
    pick(['$\\alpha$-Bench: ', 'WiFo-M$^2$: ', '$\\mathcal{O}(n)$ ', '\\textbf{Deep} ', 'Schr\\"odinger ']);
  const aiText = (language: CorpusEntry['language']): string[] =>
    Array.from({ length: 5 }, () =>
      language === 'en' ? words(9) : language === 'ja' ? pick(OTHER_SCRIPTS) : chinese(16),
    );
  return Array.from({ length: count }, (_, n) => ({
    arxivId: `2${5 + Math.floor(n / 90_000)}01.${10_000 + n}`,
    title: `${random() < 0.1 ? latex() : ''}${words(6)}${random() < 0.05 ? ` ${chinese(4)}` : ''}`,
    abstract: `${words(30)}.${random() < 0.15 ? ' Reinforcement learning, a survey.' : ''}`,
    authors: [
      ...new Set(
        Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          random() < 0.3 ? pick(NAMES) : `Author ${Math.floor(random() * 900)}`,
        ),
      ),
    ],
    categories: [...new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => skewed(CATEGORIES)))],
    codeUrl: random() < 0.3 ? `https://example.org/${n}` : null,
    entries: entriesOf(Math.floor((n * DAYS) / count), random).map((entry) => ({
      ...entry,
      ai: aiText(entry.language),
    })),
  }));
}

/** A paper stands in the digest of its day, half of them in a second one. */
function entriesOf(day: number, random: () => number): Omit<CorpusEntry, 'ai'>[] {
  const first = { date: dayText(day * 5), language: 'zh', source: SOURCES[day % 3] ?? 'alpha' } as const;
  const language = random() < 0.7 ? 'en' : 'ja';
  return random() < 0.5
    ? [first]
    : [first, { date: dayText(day * 5 + 2), language, source: language === 'en' ? 'delta' : 'epsilon' }];
}

function dayText(day: number): string {
  return new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
}

const LABELS = ['tldr', 'motivation', 'method', 'result', 'conclusion'];
const LANGUAGES = { zh: 'Chinese', en: 'English', ja: 'Japanese' };

/** Takes the corpus in, as its producers would have published it. */
export async function ingestCorpus(pool: Pool, corpus: readonly CorpusPaper[]): Promise<void> {
  const digests = new Map<string, { entry: CorpusEntry; records: object[] }>();
  for (const paper of corpus)
    for (const entry of paper.entries) {
      const key = `${entry.source}/${entry.date}/${entry.language}`;
      const digest = digests.get(key) ?? { entry, records: [] };
      digest.records.push(recordOf(paper, entry));
      digests.set(key, digest);
    }
  for (const { entry, records } of digests.values()) {
    const file = textFile(
      `${entry.date}_AI_enhanced_${LANGUAGES[entry.language]}.jsonl`,
      jsonl(...records),
      entry.source,
    );
    const { status } = await ingestFile(pool, file);
    if (status !== 'STORED') throw new Error(`a digest of the corpus is ${status}`);
  }
}

function recordOf(
  { arxivId, title, abstract, authors, categories, codeUrl }: CorpusPaper,
  { ai }: CorpusEntry,
): object {
  return {
    id: arxivId,
    categories,
    abs: `https://arxiv.org/abs/${arxivId}`,
    authors,
    title,
    comment: null,
    summary: abstract,
    ...(codeUrl !== null && { code_url: codeUrl, code_stars: 1 }),
    AI: Object.fromEntries(LABELS.map((label, index) => [label, ai[index]])),
  };
}
