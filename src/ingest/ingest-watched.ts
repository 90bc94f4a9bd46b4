import type { Logger } from 'pino';
import type { Pool } from '../database/store-pool.ts';
import type { Take } from '../sources/watch/watch-options.ts';
import { ingestFile } from './ingest-file.ts';

interface WatchedOptions {
  readonly pool: Pool;
  readonly now: () => Date;
  readonly stop: AbortSignal;
  readonly log: Logger;
}

/** Returns a function that ingests the files of a watched source and logs each result. */
export function watchedDigests({ pool, now, stop, log }: WatchedOptions): Take {
  return async (file, confirm = async () => {}) => {
    try {
      const { problems, status, ...report } = await ingestFile(pool, file, { now, stop, confirm });
      const [problem] = problems;
      const level = status === 'REFUSED' ? 'warn' : status === 'UNCHANGED' ? 'debug' : 'info';
      log[level]({ ...report, status, problems: problems.length, problem }, 'digest watched');
      return true;
    } catch (error) {
      if (!stop.aborted) log.warn({ file: file.location, err: error }, 'digest not taken in, trying again');
      return false;
    }
  };
}
