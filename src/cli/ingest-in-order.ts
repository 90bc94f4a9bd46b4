import { hasPooler, type Pool } from '../database/store-pool.ts';
import { ingestFile, type IngestOptions } from '../ingest/ingest-file.ts';
import type { IngestReport } from '../ingest/runs/report.ts';
import type { Progress } from '../ingest/store-digest.ts';
import type { DigestFile } from '../sources/digest-file.ts';
import type { FindOptions } from '../sources/find-files.ts';
import { interruptible } from './interruptible.ts';
import { progressBar } from './progress-bar.ts';

/** The flags of `papergraph ingest`, checked. */
export interface IngestFlags extends Pick<
  IngestOptions,
  'source' | 'date' | 'language' | 'dryRun' | 'strict'
> {
  /** Print one JSON object per file. */
  readonly json?: boolean | undefined;
}

/** The streams that a command prints to. */
export interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The tools of `ingest`: database, sources, output. */
export interface IngestTools {
  readonly pool: Pool;
  readonly world: FindOptions;
  readonly output: Output;
  /** Ends the command early. */
  readonly stop: AbortSignal;
}

/** A file that is being ingested. */
interface Ingesting {
  /** Resolves when the file is read and its turn to be stored has come, or when the ingest has ended. */
  readonly storing: Promise<void>;
  /** Undefined if the program must end before the file is stored. */
  readonly report: Promise<IngestReport | undefined>;
}

/**
 * Ingests files in their order, and yields each with its report once it is stored. While one is being stored,
 * the next is read, in a transaction of its own that waits for its turn. Ends early, without error, once
 * `stop` is aborted. Rejects with the error of `ingestFile`.
 */
export async function* ingestInOrder(
  files: readonly DigestFile[],
  flags: IngestFlags,
  tools: IngestTools,
): AsyncGenerator<{ readonly file: DigestFile; readonly report: IngestReport }> {
  const ended = new AbortController();
  const either = { ...tools, stop: AbortSignal.any([tools.stop, ended.signal]) };
  const start = (index: number, before?: Ingesting['report']): Ingesting | undefined => {
    const file = files[index];
    if (file === undefined || (before !== undefined && !canReadAhead(file, tools.pool))) return undefined;
    return startIngest(file, { flags, tools: either, before, place: `${index + 1}/${files.length}` });
  };
  let ahead: Ingesting | undefined;
  try {
    for (const [index, file] of files.entries()) {
      const current = ahead ?? start(index);
      await current?.storing;
      ahead = start(index + 1, current?.report);
      const report = await current?.report;
      if (report === undefined) return;
      yield { file, report };
    }
  } finally {
    ended.abort(new Error('an earlier file was not stored'));
    await ahead?.report.catch(() => {});
  }
}

/**
 * Standard input is read once only: if the connection broke while it waits, it could not be repeated. A pooler
 * may have a single connection, which the waiting transaction would keep from the file before.
 */
function canReadAhead(file: DigestFile, pool: Pool): boolean {
  return !file.once && !hasPooler(pool);
}

interface Starting {
  readonly flags: IngestFlags;
  readonly tools: IngestTools;
  /** The report of the file before; undefined if that has been stored. */
  readonly before: Ingesting['report'] | undefined;
  /** The file's number, such as `3/9`. */
  readonly place: string;
}

const NOTHING = (): void => {};

function startIngest(file: DigestFile, { flags, tools, before, place }: Starting): Ingesting {
  const { pool, output, stop } = tools;
  const bar = progressBar(output.stderr, flags.json !== true);
  let progress: (now: Progress) => void = NOTHING;
  const showProgress = (): void => void (progress = bar.start(file, place));
  let isStoring = NOTHING;
  const storing = new Promise<void>((resolve) => (isStoring = resolve));
  const turn = async (): Promise<void> => {
    await before;
    stop.throwIfAborted();
    isStoring();
  };
  const ingest = async (): Promise<IngestReport | undefined> => {
    if (stop.aborted) return undefined;
    try {
      const options = { ...flags, stop, turn, progress: (now: Progress): void => progress(now) };
      return await ingestFile(pool, interruptible(file, stop), options);
    } catch (error) {
      if (stop.aborted) return undefined;
      throw error;
    }
  };
  if (before === undefined) showProgress();
  else before.then(showProgress, NOTHING);
  const report = ingest().finally(() => {
    bar.stop();
    isStoring();
  });
  // It is awaited later, or not at all if an earlier file fails.
  report.catch(NOTHING);
  return { storing, report };
}
