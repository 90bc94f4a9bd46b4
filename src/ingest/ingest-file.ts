import type { Pool } from '../database/store-pool.ts';
import { createHash, randomUUID } from 'node:crypto';
import { DigestError } from '../digest/digest-error.ts';
import { openDigest, type OpenedDigest } from '../digest/open-digest.ts';
import { appendEvents, rememberListed } from './append-events.ts';
import { claimOf, type Claim, type ClaimOptions } from './claim.ts';
import { SourceError, type DigestFile } from '../sources/digest-file.ts';
import { isRecorded, nothingStored, recordRun, tally, type Counted, type Run } from './record-run.ts';
import type { IngestReport, Problem } from './report.ts';
import { markMoved, takeOver } from './merge-digests.ts';
import { resolveDigest } from './resolve-digest.ts';
import { retrying } from '../database/retry.ts';
import { reviseDigest, type Revision } from './revise-digest.ts';
import type { StoredDigest } from './stored-digest.ts';
import { stageEntries, type Staged } from './stage-entries.ts';
import { storeEntries } from './store-entries.ts';
import { rememberValues } from './count-values.ts';
import { lockStore, transaction, type Transaction } from '../database/transaction.ts';
import { unpack } from '../sources/unpack.ts';
import { createWorkTables, updatePapers } from './update-papers.ts';

/** How far one file is. */
export interface Progress {
  /** Bytes read so far. */
  readonly bytes: number;
  /** Entries read so far; whole chunks of them are counted. */
  readonly entries: number;
  /** The file is read; its entries are being stored. */
  readonly storing: boolean;
}

/** What the caller says of the digest, and how to take it in. */
export interface IngestOptions extends ClaimOptions {
  /** Store nothing unless every entry is good. */
  readonly strict?: boolean | undefined;
  /** Work everything out and store nothing, not even the run. */
  readonly dryRun?: boolean | undefined;
  /** Told again and again while the file is read, and when storing begins. */
  readonly progress?: (progress: Progress) => void;
  readonly now?: () => Date;
  /** Names the run; a UUID. */
  readonly runId?: string | undefined;
  /** Asked before anything is committed, be it a refusal; what it rejects with, the ingest does. */
  readonly confirm?: () => Promise<void>;
  /** Once it is aborted, nothing is tried again. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Takes one file in, whole or not at all, in one transaction; records the run. A file that cannot be a digest is an
 * answer (status REFUSED with the problem), not an error; rejects only where the database fails. Where it fails for a while,
 * all is tried again as the same run, unless the commit that was cut off had gone through.
 */
export async function ingestFile(
  pool: Pool,
  file: DigestFile,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const now = options.now ?? (() => new Date());
  const run = { id: options.runId ?? randomUUID(), startedAt: now(), now };
  const attempt: Attempt = { file, options, run };
  const work = async () => await takeIn(pool, attempt);
  return await (file.once ? work() : retrying(work, options.stop));
}

async function takeIn(pool: Pool, attempt: Attempt): Promise<IngestReport> {
  if (attempt.committing !== undefined) {
    const committed = await transaction(pool, async (tx) => await committedBefore(tx, attempt));
    if (committed !== undefined) return committed;
  }
  const report = await tryToIngest(pool, attempt);
  // What was undone has taken the run's record with it: a refusal is recorded in a transaction of its own.
  if (report.status === 'REFUSED' && attempt.options.dryRun !== true) {
    attempt.committing = report;
    await transaction(pool, async (tx) => await recordRun(tx, attempt.run, { report, digestId: null }));
  }
  return report;
}

/** What was committed by a try whose outcome was not known. */
async function committedBefore(
  tx: Transaction,
  { committing, run }: Attempt,
): Promise<IngestReport | undefined> {
  return committing !== undefined && (await isRecorded(tx, run)) ? committing : undefined;
}

interface Attempt {
  readonly file: DigestFile;
  readonly options: IngestOptions;
  readonly run: Run;
  /** What a commit says whose outcome is not known yet. */
  committing?: IngestReport;
}

async function tryToIngest(pool: Pool, attempt: Attempt): Promise<IngestReport> {
  const { file, run, options } = attempt;
  try {
    return await transaction(
      pool,
      async (tx) => {
        const report = await ingest(tx, attempt);
        await options.confirm?.();
        attempt.committing = report;
        return report;
      },
      (report) => options.dryRun === true || report.status === 'REFUSED',
    );
  } catch (error) {
    if (!(error instanceof DigestError || error instanceof SourceError)) throw error;
    await options.confirm?.();
    const line = error instanceof DigestError ? error.line : null;
    const problem: Problem = { severity: 'REJECTED', line, arxivId: null, message: error.message };
    return nothingStored({ file, run, status: 'REFUSED', problems: [problem], rejected: 0 });
  }
}

async function ingest(tx: Transaction, attempt: Attempt): Promise<IngestReport> {
  const { file, run, options } = attempt;
  let entries = 0;
  const tell = (read: number, storing = false): void => options.progress?.({ bytes: read, entries, storing });
  const bytes = hashed(file, tell);
  const opened = await openDigest(bytes.chunks);
  if (opened === undefined) return await emptyFile(tx, attempt, 'a digest, got an empty file');
  const staged = await stageEntries(tx, opened.items, (count) => void (entries = count));
  if (staged.entries === 0)
    return await emptyFile(tx, attempt, 'entries, got a table of contents that promises none');
  const { problems, rejected } = staged;
  const warn = (message: string): void =>
    void problems.push({ severity: 'WARNING', line: null, arxivId: null, message });
  const claim = await claimOf(file, options, warn);
  if (options.strict === true && rejected > 0) {
    return nothingStored({ file, run, status: 'REFUSED', problems, rejected });
  }
  tell(bytes.read(), true);
  await lockStore(tx);
  // The commit that was cut off may have taken until now to go through: it held the store.
  const committed = await committedBefore(tx, attempt);
  if (committed !== undefined) return committed;
  const stored = await store(tx, { claim, staged, opened, sha256: bytes.sha256(), warn });
  const status = stored.unchanged ? 'UNCHANGED' : rejected > 0 ? 'PARTIAL' : 'STORED';
  const report: IngestReport = {
    origin: file.origin,
    status,
    digest: nameOf(claim, stored.digest),
    entries: staged.entries,
    ...stored.counted,
    rejected,
    problems,
    durationMs: Math.max(0, run.now().getTime() - run.startedAt.getTime()),
  };
  await recordRun(tx, run, { report, digestId: stored.digest.id });
  await appendEvents(tx, { digestId: stored.digest.id, runId: run.id, kind: stored.kind });
  return report;
}

function nameOf({ source, date }: Claim, { language, revision }: StoredDigest): IngestReport['digest'] {
  return { source, date, language, revision };
}

interface Storing {
  readonly claim: Claim;
  readonly staged: Staged;
  readonly opened: OpenedDigest;
  readonly sha256: string;
  readonly warn: (message: string) => void;
}

async function store(
  tx: Transaction,
  { claim, staged, opened, sha256, warn }: Storing,
): Promise<Revision & { counted: Counted }> {
  await createWorkTables(tx);
  const { form } = opened;
  const found = await resolveDigest(tx, claim, { form, sha256, writtenIn: staged.sample.language() });
  await rememberListed(tx, found.digest.id);
  const named = await takeOver(tx, found.guesses, found.digest);
  const { fileName, datedBy } = claim;
  const ownDay = datedBy !== 'OPTION';
  const file = { form, sha256, fileName, ownDay, writtenIn: found.writtenIn, contents: staged.contents };
  const revision = await reviseDigest(tx, named, file);
  if (revision.replaced !== undefined && datedBy === 'NAME') warn(replaces(revision.replaced));
  // A language that replaces a guess changes every entry, also where the file is the same.
  const relabelled = found.guesses.length > 0;
  const unchanged = revision.unchanged && !relabelled;
  const { digest } = revision;
  if (!unchanged) await storeEntries(tx, digest, form);
  if (relabelled) await markMoved(tx);
  await rememberValues(tx);
  await updatePapers(tx);
  const kind = revision.kind ?? (relabelled ? 'REVISED' : undefined);
  return { ...revision, digest, unchanged, kind, counted: await tally(tx, unchanged) };
}

function replaces(fileName: string): string {
  return `replaces the file ${fileName}, which by its name is the same digest; if it is another one, tell them apart with --source`;
}

async function emptyFile(tx: Transaction, { file, run }: Attempt, expected: string): Promise<IngestReport> {
  const message = `expected ${expected}; what is stored stays as it is`;
  const problem: Problem = { severity: 'WARNING', line: null, arxivId: null, message };
  const report = nothingStored({ file, run, status: 'UNCHANGED', problems: [problem], rejected: 0 });
  await recordRun(tx, run, { report, digestId: null });
  return report;
}

/** Passes a file's bytes on, unpacked, and digests them on the way. `sha256` is for after the last one. */
function hashed(file: DigestFile, progress: (bytes: number) => void) {
  const hash = createHash('sha256');
  let read = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.open()) {
      read += chunk.length;
      progress(read);
      yield chunk;
    }
  }
  async function* pass(): AsyncGenerator<Uint8Array> {
    const { location, maxBytes } = file;
    for await (const chunk of unpack({ chunks: counted(), location, maxBytes })) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: pass(), read: () => read, sha256: () => hash.digest('hex') };
}
