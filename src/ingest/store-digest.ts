import { openDigest } from '../digest/open-digest.ts';
import type { DigestForm } from '../digest/digest.ts';
import type { DigestFile } from '../sources/digest-file.ts';
import type { Transaction } from '../database/transaction.ts';
import type { AffectedPapers } from './papers/affected-papers.ts';
import { appendEvents, rememberListed } from './append-events.ts';
import { changePapers } from './papers/change-papers.ts';
import { countChanges } from './runs/count-changes.ts';
import { identifyDigest, type DigestIdentity, type IdentityOptions } from './digests/digest-identity.ts';
import { HashedFile } from './hashed-file.ts';
import { mergeGuesses } from './digests/merge-digests.ts';
import { warning } from './runs/problems.ts';
import { isRecorded, recordRun } from './runs/record-run.ts';
import { durationOf, nothingStored, type IngestReport, type Run } from './runs/report.ts';
import { resolveDigest } from './digests/resolve-digest.ts';
import { reviseDigest, type Revision } from './digests/revise-digest.ts';
import { stageEntries, type Staged } from './entries/stage-entries.ts';
import { storeEntries } from './entries/store-entries.ts';

/** The progress of an ingest. */
export interface Progress {
  /** Bytes read so far. */
  readonly bytes: number;
  /** Entries read so far, in whole chunks. */
  readonly entries: number;
  /** The file is read; its entries are being stored. */
  readonly storing: boolean;
}

/** How to store a digest. */
export interface StoreOptions extends IdentityOptions {
  /** Refuse the whole file if one of its entries is rejected. */
  readonly strict?: boolean | undefined;
  /** Called repeatedly while the file is read, and once when storing begins. */
  readonly progress?: (progress: Progress) => void;
  /**
   * Awaited once the file is read, before anything is locked or recorded. So files can be read ahead, and
   * stored in their order. If it rejects, nothing is stored and the ingest rejects.
   */
  readonly turn?: () => Promise<void>;
}

/** A file to store, and its run. */
export interface StoredFile {
  readonly file: DigestFile;
  readonly run: Run;
  readonly options: StoreOptions;
  /** The report of an earlier attempt whose commit may have happened. */
  readonly unconfirmed: IngestReport | undefined;
}

/**
 * Stores one file, and updates everything derived from it, in this transaction. Nothing is locked or changed
 * until the whole file is read and staged. The feed is locked last, and held until the commit, so that events
 * come in commit order. Rejects with DigestError or SourceError for a file that is refused; a report with
 * status REFUSED, too, is to be rolled back.
 */
export async function storeDigest(tx: Transaction, stored: StoredFile): Promise<IngestReport> {
  const { file, run, options, unconfirmed } = stored;
  const read = await readFile(tx, file, options);
  if ('empty' in read) return await recordEmptyFile(tx, stored, read.empty);
  const { staged } = read;
  const { entries, problems, rejected } = staged;
  const warn = (message: string): void => void problems.push(warning(message));
  const identity = await identifyDigest(file, options, warn);
  if (options.strict === true && rejected > 0)
    return nothingStored(file, run, { status: 'REFUSED', problems, rejected });
  const { result } = await changePapers(tx, async (affected) => {
    // Checked under the lock: the earlier attempt held it until its commit.
    if (unconfirmed !== undefined && (await isRecorded(tx, run))) return { committed: unconfirmed };
    return { revision: await storeRevision(tx, affected, { ...read, identity, warn }) };
  });
  if (result.committed !== undefined) return result.committed;
  const { digest, unchanged, kind } = result.revision;
  const { source, date } = identity;
  const { language, revision } = digest;
  const report: IngestReport = {
    origin: file.origin,
    status: unchanged ? 'UNCHANGED' : rejected > 0 ? 'PARTIAL' : 'STORED',
    digest: { source, date, language, revision },
    entries,
    ...(await countChanges(tx, unchanged)),
    rejected,
    problems,
    durationMs: durationOf(run),
  };
  await recordRun(tx, run, { report, digestId: digest.id });
  await appendEvents(tx, { digestId: digest.id, runId: run.id, kind });
  return report;
}

interface ReadFile {
  readonly staged: Staged;
  readonly form: DigestForm;
  readonly sha256: string;
}

interface EmptyFile {
  /** The reason, in words that follow "expected". */
  readonly empty: string;
}

/** Reads a file into the temporary table `staged`. */
async function readFile(
  tx: Transaction,
  file: DigestFile,
  { progress = () => {}, turn }: StoreOptions,
): Promise<ReadFile | EmptyFile> {
  let entries = 0;
  const hashed = new HashedFile(file, (bytes) => progress({ bytes, entries, storing: false }));
  const opened = await openDigest(hashed.chunks);
  const count = (staged: number): void => void (entries = staged);
  const staged = opened === undefined ? undefined : await stageEntries(tx, opened.items, count);
  await turn?.();
  if (opened === undefined || staged === undefined) return { empty: 'a digest, got an empty file' };
  if (staged.entries === 0) return { empty: 'entries, got a table of contents that promises none' };
  progress({ bytes: hashed.bytesRead, entries, storing: true });
  return { staged, form: opened.form, sha256: hashed.sha256() };
}

/** An empty file replaces nothing. */
async function recordEmptyFile(
  tx: Transaction,
  { file, run }: StoredFile,
  empty: string,
): Promise<IngestReport> {
  const problems = [warning(`expected ${empty}; what is stored stays as it is`)];
  const report = nothingStored(file, run, { status: 'UNCHANGED', problems });
  await recordRun(tx, run, { report, digestId: null });
  return report;
}

interface NewRevision extends ReadFile {
  readonly identity: DigestIdentity;
  readonly warn: (message: string) => void;
}

/** Makes the staged entries a revision of their digest. */
async function storeRevision(
  tx: Transaction,
  affected: AffectedPapers,
  { staged, form, sha256, identity, warn }: NewRevision,
): Promise<Revision> {
  const { fileName, datedBy } = identity;
  const traits = { form, sha256, writtenIn: staged.writtenIn };
  const resolved = await resolveDigest(tx, identity, traits);
  await rememberListed(tx, resolved.digest.id);
  const merged = await mergeGuesses(tx, resolved, affected);
  const revision = await reviseDigest(tx, merged, {
    ...traits,
    fileName,
    ownDay: datedBy !== 'OPTION',
    contents: staged.contents,
  });
  if (revision.replaced !== undefined && datedBy === 'NAME') warn(replaces(revision.replaced));
  // A language that replaces a guess changes every entry, even if the file is stored already.
  const relabelled = resolved.guesses.length > 0;
  if (revision.unchanged && !relabelled) return revision;
  const { chunks } = staged;
  await storeEntries(tx, { digest: revision.digest, form, merged: relabelled, chunks, affected });
  return { ...revision, unchanged: false, kind: revision.kind ?? (relabelled ? 'REVISED' : undefined) };
}

function replaces(fileName: string): string {
  return (
    `replaces the file ${fileName}, which by its name is the same digest; ` +
    'if it is another one, tell them apart with --source'
  );
}
