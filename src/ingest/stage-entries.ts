import { arxivOrder } from '../arxiv/arxiv-id.ts';
import { canonicalSubject } from '../arxiv/subjects.ts';
import { sql } from '../database/sql.ts';
import { contentHash } from '../digest/content-hash.ts';
import type { ContentsLine, DigestEntry, DigestItem } from '../digest/digest.ts';
import { sections, summaryFields } from '../digest/summary.ts';
import { joinAuthors } from './join-authors.ts';
import { Problems, warning } from './problems.ts';
import { LanguageSample } from '../language/detect-language.ts';
import type { Problem } from './report.ts';
import type { Transaction } from '../database/transaction.ts';

/** What staging a file leaves besides the rows of `staged`. */
export interface Staged {
  entries: number;
  rejected: number;
  /** The first 1,000 of the file, then one that counts the others. */
  problems: Problem[];
  /** The Markdown table of contents, where there is one. */
  contents: readonly ContentsLine[] | undefined;
  /** AI text, to tell the language by. */
  sample: LanguageSample;
}

// Big enough that round trips do not matter, small enough that memory stays flat whatever the file's size.
const CHUNK_ENTRIES = 100;
const CHUNK_CHARACTERS = 250_000;

/**
 * Reads all items into the temporary table `staged`, which ends with the transaction, in chunks of bounded size.
 * `progress` is told the number of entries so far. Rejects with what the reader throws.
 */
export async function stageEntries(
  tx: Transaction,
  items: AsyncIterable<DigestItem>,
  progress: (entries: number) => void = () => {},
): Promise<Staged> {
  await createTable(tx);
  const sample = new LanguageSample();
  const staged: Staged = { entries: 0, rejected: 0, problems: [], contents: undefined, sample };
  const problems = new Problems();
  const summaries = { all: 0, failed: 0 };
  let chunk: string[] = [];
  let characters = 0;
  let bareCommas = false;
  for await (const item of items) {
    if (item.kind === 'contents') staged.contents = item.sections;
    if (item.kind === 'problem') problems.add(item);
    if (item.kind === 'bare-commas') bareCommas = true;
    if (item.kind !== 'entry') continue;
    const staging = stagedRow(item, ++staged.entries);
    if (staging.parts !== null) summaries.all += 1;
    if (staging.status === 'FAILED') summaries.failed += 1;
    const row = JSON.stringify(staging);
    addTo(staged.sample, item);
    characters += row.length;
    if (chunk.push(row) < CHUNK_ENTRIES && characters < CHUNK_CHARACTERS) continue;
    await insertChunk(tx, chunk);
    progress(staged.entries);
    chunk = [];
    characters = 0;
  }
  await insertChunk(tx, chunk);
  progress(staged.entries);
  if (bareCommas) await joinAuthors(tx);
  await numberTwins(tx);
  return { ...staged, rejected: problems.rejected, problems: [...problems.list(), ...failures(summaries)] };
}

/** A warning where no summary has text. */
function failures({ all, failed }: { all: number; failed: number }): Problem[] {
  if (all === 0 || failed < all) return [];
  const what = all === 1 ? 'the only summary is a placeholder' : `all ${all} summaries are placeholders`;
  return [warning(`${what} of a model that failed; the papers are taken without AI text`)];
}

async function createTable(tx: Transaction): Promise<void> {
  await tx.execute`
    create temporary table staged (
      ordinal int primary key, arxiv_id text not null, arxiv_order text not null,
      content_hash text not null, twin int not null default 0, fingerprint text not null, section text,
      statement jsonb not null, parts jsonb, status summary_status,
      tldr text, motivation text, method text, result text, conclusion text,
      paper_id int, entry_id int, inherited_position int, inherited_section int,
      added boolean not null default false, changed boolean not null default false, restored boolean not null default false,
      summarized boolean not null default false
    ) on commit drop`;
}

function stagedRow(entry: DigestEntry, ordinal: number) {
  const { arxivId, statement, parts } = entry;
  return {
    ordinal,
    arxiv_id: arxivId.id,
    arxiv_order: arxivOrder(arxivId.id),
    content_hash: contentHash(entry),
    fingerprint: fingerprint(entry),
    section: statement.category === undefined ? null : canonicalSubject(statement.category),
    statement,
    parts: parts ?? null,
    ...(parts === undefined ? { status: null } : summaryFields(parts)),
  };
}

/**
 * Two files with the same ids and fingerprints print the same day's digest: see resolve-digest.ts. The first line of a TL;DR is
 * the same in both forms, whatever its text holds.
 */
function fingerprint(entry: DigestEntry): string {
  const part = entry.parts?.find(({ label }) => label === 'TL;DR');
  return part === undefined ? '' : ((part.text ?? 'None').split('\n', 1)[0] ?? '');
}

/** Without placeholders: they are in the program's language, not in the digest's. */
function addTo(sample: LanguageSample, { parts = [] }: DigestEntry): void {
  for (const { text } of sections(parts)) sample.add(text);
}

async function insertChunk(tx: Transaction, chunk: readonly string[]): Promise<void> {
  if (chunk.length === 0) return;
  const columns = sql.raw(
    'ordinal, arxiv_id, arxiv_order, content_hash, fingerprint, section, statement, parts, status, ' +
      'tldr, motivation, method, result, conclusion',
  );
  await tx.execute`
    insert into staged (${columns})
    select ${columns} from jsonb_populate_recordset(null::staged, ${`[${chunk.join(',')}]`}::jsonb)`;
}

/** The same paper printed twice with the same content is two entries: they are told apart by their number. */
async function numberTwins(tx: Transaction): Promise<void> {
  await tx.execute`
    update staged set twin = numbered.twin
    from (
      select ordinal, row_number() over (partition by arxiv_id, content_hash order by ordinal) - 1 as twin from staged
    ) numbered
    where numbered.ordinal = staged.ordinal and numbered.twin > 0`;
  await tx.execute`analyze staged`;
}
