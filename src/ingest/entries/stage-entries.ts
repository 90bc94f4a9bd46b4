import type { ContentsLine, DigestEntry, DigestItem } from '../../digest/digest.ts';
import { sections } from '../../digest/summary.ts';
import { joinAuthorLines } from './join-author-lines.ts';
import { Problems, warning } from '../runs/problems.ts';
import { LanguageSample } from '../../language/detect-language.ts';
import type { Problem } from '../runs/report.ts';
import { StagedTable, type Ordinals } from './staged-table.ts';
import type { Transaction } from '../../database/transaction.ts';

/** The facts about a file that are not in the rows of `staged`. */
export interface Staged {
  /** The number of rows. */
  readonly entries: number;
  /** The chunks in which they came, which are of bounded size. */
  readonly chunks: readonly Ordinals[];
  /** The number of entries that were left out. */
  readonly rejected: number;
  /** The first 1,000 problems of the file, then one that counts the others. */
  readonly problems: Problem[];
  /** The Markdown table of contents, if there is one. */
  readonly contents: readonly ContentsLine[] | undefined;
  /** The language that the AI text is written in, `und` if that cannot be told; null without AI text. */
  readonly writtenIn: string | null;
}

/**
 * Reads all items of a file into the temporary table `staged`, in chunks of bounded size. Calls `progress`
 * with the number of entries after each chunk. Rejects with what the reader throws.
 */
export async function stageEntries(
  tx: Transaction,
  items: AsyncIterable<DigestItem>,
  progress: (entries: number) => void = () => {},
): Promise<Staged> {
  const table = await StagedTable.create(tx);
  const problems = new Problems();
  const summaries = new Summaries();
  let contents: readonly ContentsLine[] | undefined;
  let bareCommas = false;
  for await (const item of items) {
    if (item.kind === 'contents') contents = item.sections;
    if (item.kind === 'problem') problems.add(item);
    if (item.kind === 'bare-commas') bareCommas = true;
    if (item.kind !== 'entry') continue;
    summaries.add(item);
    if (await table.add(item)) progress(table.entries);
  }
  await table.finish();
  progress(table.entries);
  if (bareCommas) await joinAuthorLines(tx);
  return {
    entries: table.entries,
    chunks: table.chunks,
    rejected: problems.rejected,
    problems: [...problems.list(), ...summaries.warnings()],
    contents,
    writtenIn: summaries.language(),
  };
}

/** The AI text of a file. */
class Summaries {
  readonly #sample = new LanguageSample();
  #all = 0;
  #failed = 0;

  add({ parts }: DigestEntry): void {
    if (parts === undefined) return;
    this.#all += 1;
    // Placeholders are left out of the sample: they are in the program's language, not in the digest's.
    const texts = sections(parts);
    if (texts.length === 0) this.#failed += 1;
    for (const { text } of texts) this.#sample.add(text);
  }

  language(): string | null {
    return this.#all === 0 ? null : this.#sample.language();
  }

  /** A warning if every summary is a placeholder. */
  warnings(): Problem[] {
    if (this.#all === 0 || this.#failed < this.#all) return [];
    const what =
      this.#all === 1 ? 'the only summary is a placeholder' : `all ${this.#all} summaries are placeholders`;
    return [warning(`${what} of a model that failed; the papers are taken without AI text`)];
  }
}
