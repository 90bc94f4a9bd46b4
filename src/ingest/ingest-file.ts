import type { Pool } from '../database/store-pool.ts';
import { randomUUID } from 'node:crypto';
import { DigestError } from '../digest/digest-error.ts';
import { retrying } from '../database/retry.ts';
import { transaction } from '../database/transaction.ts';
import { SourceError, type DigestFile } from '../sources/digest-file.ts';
import { isRecorded, recordRun } from './runs/record-run.ts';
import { nothingStored, type IngestReport, type Run } from './runs/report.ts';
import { storeDigest, type StoreOptions } from './store-digest.ts';

/** How to ingest a file. */
export interface IngestOptions extends StoreOptions {
  /** Compute the report, but store nothing, not even the run. */
  readonly dryRun?: boolean | undefined;
  /** The current time; the system's by default. */
  readonly now?: () => Date;
  /** Id of the run, a UUID; random by default. */
  readonly runId?: string | undefined;
  /** Called before each commit, a refusal's too. If it rejects, nothing is stored and the ingest rejects. */
  readonly confirm?: () => Promise<void>;
  /** Once it is aborted, a failed attempt is not repeated. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Ingests one file in one transaction, completely or not at all, and records the run. A file that is not a
 * digest yields a report with status REFUSED and the problem, not an error. While the database is
 * unavailable, the ingest is repeated as the same run, so that nothing is stored twice. Rejects with the
 * error of the database once repeating it does not help, and with that of `turn` or `confirm`.
 */
export async function ingestFile(
  pool: Pool,
  file: DigestFile,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const ingest = new FileIngest(pool, file, options);
  return await (file.once ? ingest.attempt() : retrying(async () => await ingest.attempt(), options.stop));
}

/** The ingest of one file, over all its attempts. */
class FileIngest {
  readonly #pool: Pool;
  readonly #file: DigestFile;
  readonly #options: IngestOptions;
  readonly #run: Run;
  /**
   * The report of an attempt that reached its commit. If the connection breaks then, the commit may or may
   * not have happened.
   */
  #unconfirmed: IngestReport | undefined;

  constructor(pool: Pool, file: DigestFile, options: IngestOptions) {
    const now = options.now ?? (() => new Date());
    this.#pool = pool;
    this.#file = file;
    this.#options = options;
    this.#run = { id: options.runId ?? randomUUID(), startedAt: now(), now };
  }

  async attempt(): Promise<IngestReport> {
    const unconfirmed = this.#unconfirmed;
    if (unconfirmed !== undefined && (await this.#isCommitted())) return unconfirmed;
    const report = await this.#store();
    if (report.status === 'REFUSED' && this.#options.dryRun !== true) await this.#recordRefusal(report);
    return report;
  }

  async #isCommitted(): Promise<boolean> {
    return await transaction(this.#pool, async (tx) => await isRecorded(tx, this.#run));
  }

  async #store(): Promise<IngestReport> {
    const [file, run, options] = [this.#file, this.#run, this.#options];
    try {
      return await transaction(
        this.#pool,
        async (tx) => {
          const report = await storeDigest(tx, { file, run, options, unconfirmed: this.#unconfirmed });
          await options.confirm?.();
          this.#unconfirmed = report;
          return report;
        },
        (report) => options.dryRun === true || report.status === 'REFUSED',
      );
    } catch (error) {
      if (!(error instanceof DigestError || error instanceof SourceError)) throw error;
      await options.turn?.();
      await options.confirm?.();
      const line = error instanceof DigestError ? error.line : null;
      const { message } = error;
      return nothingStored(file, run, {
        status: 'REFUSED',
        problems: [{ severity: 'REJECTED', line, arxivId: null, message }],
      });
    }
  }

  /** In a transaction of its own, as that of the refused file is rolled back. */
  async #recordRefusal(report: IngestReport): Promise<void> {
    this.#unconfirmed = report;
    await transaction(this.#pool, async (tx) => await recordRun(tx, this.#run, { report, digestId: null }));
  }
}
