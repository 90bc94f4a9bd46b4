import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dayOf } from '#papergraph/time/day';
import { generatedRecord, seededRandom } from './write-digest.ts';

/** The day of the first generated digest. */
const FIRST_DAY = Date.UTC(2016, 0, 1);
const SEED = 20_200_101;
/** New papers of a day. */
const DAY = { least: 200, most: 500 };
/** The share of a day's papers that later days list again, as cross-lists and replacements are. */
const REPEATED = 0.15;
/** How many papers back those are. */
const REPEATED_WITHIN = 2_000;

/** A range of generated papers, and the digest that lists them. */
export interface GeneratedDay {
  readonly fileName: string;
  readonly from: number;
  readonly papers: number;
}

/** The days of the first `papers` generated papers, always the same: more papers add days, and change none but the last. */
export function generatedDays(papers: number): GeneratedDay[] {
  const random = seededRandom(SEED);
  const days: GeneratedDay[] = [];
  for (let from = 0; from < papers;) {
    const size = DAY.least + Math.floor(random() * (DAY.most - DAY.least));
    const day = dayOf(new Date(FIRST_DAY + days.length * 86_400_000));
    const count = Math.min(size, papers - from);
    days.push({ fileName: `${day}_AI_enhanced_Chinese.jsonl`, from, papers: count });
    from += count;
  }
  return days;
}

/** Writes a generated day into a folder: its new papers, and some of the days before. Returns the path. */
export function writeDay(folder: string, { fileName, from, papers }: GeneratedDay): string {
  const random = seededRandom(from);
  const repeats = new Set<number>();
  for (let index = 0; index < papers * REPEATED; index += 1)
    repeats.add(from - 1 - Math.floor(random() * REPEATED_WITHIN));
  const numbers = [...Array.from({ length: papers }, (_, index) => from + index), ...repeats];
  const lines = numbers.filter((n) => n >= 0).map((n) => `${JSON.stringify(generatedRecord(n))}\n`);
  const file = path.join(folder, fileName);
  writeFileSync(file, lines.join(''));
  return file;
}
