import { createRandom } from '../../support/random.ts';

/** The metadata of one version of a paper: the same in all files that list it. */
interface Facts {
  readonly version: number;
  readonly title: string;
  readonly abstract: string;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly codeUrl: string | null;
}

/** Identifies a digest. */
export interface DigestKey {
  readonly source: string;
  readonly date: string;
  /** Null: a raw listing. */
  readonly language: Language | null;
}

/** The parts of an AI text; FAILED if the model wrote none, null in a raw listing. */
export type AiText = readonly string[] | 'FAILED' | null;

/** One line of a digest file. */
export interface Line {
  readonly arxivId: string;
  readonly facts: Facts;
  readonly ai: AiText;
}

/** A digest file to ingest. */
export interface DigestFile extends DigestKey {
  readonly lines: readonly Line[];
}

/** An event that the ingest of a file must cause, with the values that filters test. */
export interface Expected extends DigestKey {
  readonly arxivId: string;
  /** Of the paper, after its file was ingested. */
  readonly facts: Facts;
  /** Of the line that causes it. */
  readonly ai: AiText;
  readonly revises: boolean;
  /** Number of the wave, from 0. */
  readonly wave: number;
}

/** Files that may be ingested at the same time and in any order, with the same outcome. */
export interface Wave {
  readonly files: readonly DigestFile[];
  readonly expected: readonly Expected[];
}

/** The size of a corpus. */
export interface CorpusSize {
  readonly seed: number;
  /** Of the first wave. */
  readonly papers: number;
  readonly days: number;
  readonly waves: number;
}

type Language = 'zh' | 'en' | 'ja';

const DIGESTS: readonly Omit<DigestKey, 'date'>[] = [
  { source: 'alpha', language: 'zh' },
  { source: 'alpha', language: 'en' },
  { source: 'beta', language: 'zh' },
  { source: 'delta', language: 'ja' },
  { source: 'delta', language: 'en' },
  { source: 'raw', language: null },
];
/** Search words with different stems. */
export const WORDS = `quantum protein galaxy robot survey graph speech kernel
  privacy diffusion policy gauge optics planner`.split(/\s+/);
const FILLERS = `of the with a large new small fast study on under for between towards`.split(' ');
/** Phrases of languages without spaces. */
export const PHRASES = { zh: ['强化学习', '图像分割', '联邦学习', '知识蒸馏'], ja: ['画像生成', '学習する'] };
export const CATEGORIES = ['cs.LG', 'cs.CV', 'stat.ML', 'cs.CL', 'math.OC', 'hep-th'];
export const AUTHORS = ['Yang Liu', 'José García', 'Ada Park', 'Mei-Ling Wang', 'Åsa Öberg', 'Tom Reed'];

/** Names a paper in a digest. The events of one such pair are in the order of waves. */
export function pairOf({ source, date, language, arxivId }: DigestKey & { arxivId: string }): string {
  return `${source} ${date} ${language} ${arxivId}`;
}

/**
 * Generates waves of digest files, the same for the same size: first all digests, then changed editions of
 * some of them, and digests of new days. Within a wave at most one file changes a given paper.
 */
export function generateCorpus({ seed, papers, days, waves }: CorpusSize): Wave[] {
  const press = new Press(seed);
  for (let n = 0; n < papers; n++) press.addPaper();
  return Array.from({ length: waves }, (_, wave) =>
    wave === 0 ? press.first(days) : press.next(wave, days),
  );
}

/** Makes digests, and keeps the current state of each paper and each digest. */
class Press {
  readonly #random: () => number;
  readonly #facts = new Map<string, Facts>();
  readonly #digests = new Map<string, DigestFile>();
  #texts = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  addPaper(): string {
    const n = this.#facts.size;
    const arxivId = `2601.${String(10_000 + n)}`;
    this.#facts.set(arxivId, {
      version: 1,
      title: `${n} ${this.#words(5)}`,
      abstract: `${this.#words(16)}.`,
      authors: [...new Set(this.#several(3, () => this.#skewed(AUTHORS)))],
      categories: [...new Set(this.#several(3, () => this.#skewed(CATEGORIES)))],
      codeUrl: this.#random() < 0.35 ? `https://example.org/${n}` : null,
    });
    return arxivId;
  }

  /** Each paper has a day; most digests of that day list it, some of the next day too. */
  first(days: number): Wave {
    const lines = new Map<DigestKey, Line[]>();
    const keys = Array.from({ length: days }, (_, day) =>
      DIGESTS.map((digest) => ({ ...digest, date: dayText(day) })),
    );
    for (const [n, [arxivId, facts]] of [...this.#facts].entries())
      for (const key of [...(keys[n % days] ?? []), ...(keys[(n % days) + 1] ?? [])]) {
        const again = key.date !== dayText(n % days);
        if (this.#random() > (again ? 0.12 : 0.55)) continue;
        const line = { arxivId, facts, ai: this.#aiText(key.language) };
        const twice = this.#random() < 0.03 ? [{ ...line, ai: this.#aiText(key.language) }] : [];
        lines.set(key, [...(lines.get(key) ?? []), line, ...twice]);
      }
    const files = [...lines].map(([key, own]) => ({ ...key, lines: own }));
    return { files, expected: files.flatMap((file) => this.#publish(file, 0)) };
  }

  next(wave: number, days: number): Wave {
    const touched = new Set<string>();
    const files: DigestFile[] = [];
    const expected: Expected[] = [];
    for (const [name, digest] of this.#digests) {
      if (this.#random() > 0.4) continue;
      const { file, changes } = this.#revise(digest, touched);
      if (changes.length === 0) continue;
      this.#digests.set(name, file);
      files.push(file);
      expected.push(...changes.map((change) => ({ ...change, wave })));
    }
    for (const file of this.#newDay(dayText(days + wave), touched)) {
      files.push(file);
      expected.push(...this.#publish(file, wave));
    }
    return { files, expected };
  }

  /** Changes some papers or texts of a digest, but none that another file of the wave changes. */
  #revise(digest: DigestFile, touched: Set<string>) {
    const changes: Omit<Expected, 'wave'>[] = [];
    const lines = digest.lines.map((line): Line => {
      const { arxivId } = line;
      const single = digest.lines.filter((other) => other.arxivId === arxivId).length === 1;
      if (!single || touched.has(arxivId) || this.#random() > 0.25) return line;
      const revises = digest.language === null || this.#random() < 0.5;
      const facts = revises ? this.#newVersion(arxivId) : line.facts;
      const ai = revises && this.#random() < 0.5 ? line.ai : this.#aiText(digest.language);
      // If only a text fails, the feed has no event for it.
      if (!revises && ai === 'FAILED') return line;
      touched.add(arxivId);
      changes.push({ ...keyOf(digest), arxivId, facts: this.#factsOf(arxivId), ai, revises });
      return { arxivId, facts, ai };
    });
    return { file: { ...digest, lines }, changes };
  }

  #newVersion(arxivId: string): Facts {
    const old = this.#factsOf(arxivId);
    const facts = {
      ...old,
      version: old.version + 1,
      title: `${this.#words(5)} v${old.version + 1}`,
      abstract: `${this.#words(16)}.`,
      categories: [...new Set([...old.categories.slice(0, 1), this.#skewed(CATEGORIES)])],
      codeUrl: old.codeUrl ?? (this.#random() < 0.5 ? `https://example.org/${arxivId}` : null),
    };
    this.#facts.set(arxivId, facts);
    return facts;
  }

  /** Digests of one more day, with new papers and with old ones that the wave does not change. */
  #newDay(date: string, touched: ReadonlySet<string>): DigestFile[] {
    const old = [...this.#facts.keys()].filter((arxivId) => !touched.has(arxivId) && this.#random() < 0.15);
    const fresh = Array.from({ length: Math.ceil(this.#facts.size / 20) }, () => this.addPaper());
    const listed = [...fresh, ...old];
    return DIGESTS.map((digest) => {
      const own = listed.filter(() => this.#random() < 0.4);
      const lines = own.map((arxivId) => ({
        arxivId,
        facts: this.#factsOf(arxivId),
        ai: this.#aiText(digest.language),
      }));
      return { ...digest, date, lines };
    }).filter(({ lines }) => lines.length > 0);
  }

  /**
   * Keeps a new digest. Returns one event for each paper: for its first line with text, else its first line.
   */
  #publish(file: DigestFile, wave: number): Expected[] {
    this.#digests.set(JSON.stringify(keyOf(file)), file);
    const causes = new Map<string, Line>();
    for (const line of file.lines) {
      const known = causes.get(line.arxivId);
      if (known === undefined || (!hasText(known.ai) && hasText(line.ai))) causes.set(line.arxivId, line);
    }
    return [...causes.values()].map(({ arxivId, ai }) => ({
      ...keyOf(file),
      arxivId,
      facts: this.#factsOf(arxivId),
      ai,
      revises: false,
      wave,
    }));
  }

  #factsOf(arxivId: string): Facts {
    const facts = this.#facts.get(arxivId);
    if (facts === undefined) throw new Error(`no paper ${arxivId}`);
    return facts;
  }

  /** Begins each text with a unique number, so that no two are the same. */
  #aiText(language: Language | null): AiText {
    if (language === null) return null;
    if (this.#random() < 0.08) return 'FAILED';
    const number = `k${(this.#texts += 1)}`;
    const part = (): string =>
      language === 'en' ? this.#words(4) : `${this.#pick(PHRASES[language])}，${this.#skewed(WORDS)}`;
    return [`${number} ${part()}`, ...Array.from({ length: 4 }, part)];
  }

  #words(count: number): string {
    return Array.from({ length: count }, () =>
      this.#random() < 0.3 ? this.#skewed(WORDS) : this.#pick(FILLERS),
    ).join(' ');
  }

  #several<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * most) }, make);
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)] as T;
  }

  /** Picks the first values more often than the last. */
  #skewed<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() ** 2 * values.length)] as T;
  }
}

/** Whether there is text that a model wrote. */
export function hasText(ai: AiText): ai is readonly string[] {
  return ai !== null && ai !== 'FAILED';
}

function keyOf({ source, date, language }: DigestKey): DigestKey {
  return { source, date, language };
}

function dayText(day: number): string {
  return new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
}
