import type { Pool } from '../database/store-pool.ts';
import type { Logger } from 'pino';
import { expireEvents } from '../events/retention.ts';
import { watchedDigests } from '../ingest/ingest-watched.ts';
import { watch } from '../sources/watch/watch.ts';
import { sleep } from '../time/sleep.ts';
import type { Io } from './io.ts';
import type { ServeOptions } from './options.ts';

const now = (): Date => new Date();

/** Time between two deletions of expired events, in milliseconds. */
const EXPIRE_MS = 3_600_000;

interface Background {
  readonly options: ServeOptions;
  readonly io: Pick<Io, 'cwd' | 'stop'>;
  readonly log: Logger;
  /** Why the database cannot be written to; undefined if it can. */
  readonly readOnly: string | undefined;
}

/**
 * Background work of a server: watches sources and deletes expired events. Resolves after `io.stop` is
 * aborted, once the work in progress has ended.
 */
export async function runBackground(pool: Pool, { options, io, log, readOnly }: Background): Promise<void> {
  const { watch: sources = [], allowPrivateUrls = false, feedRetention } = options;
  const allowPrivate = allowPrivateUrls ? 'always' : 'first';
  const { cwd, stop } = io;
  const take = watchedDigests({ pool, now, stop, log });
  await Promise.all([
    ...sources.map(async (source) => await watch(source, { take, cwd, now, stop, log, allowPrivate })),
    feedRetention === undefined || readOnly !== undefined
      ? undefined
      : keepExpiring(pool, feedRetention, { stop, log }),
  ]);
}

async function keepExpiring(
  pool: Pool,
  days: number,
  { stop, log }: { stop: AbortSignal; log: Logger },
): Promise<void> {
  while (!stop.aborted) {
    try {
      const events = await expireEvents(pool, days);
      if (events > 0) log.info({ events, days }, 'events expired');
    } catch (error) {
      log.warn({ err: error }, 'deleting expired events failed, trying again');
    }
    await sleep(EXPIRE_MS, stop);
  }
}
