import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { RunStatement } from '../database/statements.ts';
import { InputError } from '../errors/input-error.ts';
import type { Batch } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import { readBatch } from '../events/event-log.ts';
import { checkEpoch } from '../events/resume.ts';
import { jittered, sleep } from '../time/sleep.ts';
import { isAtFault } from './match-filters.ts';

const PAGES_KEPT = 200;
/** Pages that are read at the same time: other statements need connections, too. */
const PAGES_AT_ONCE = 4;
const RETRY_MS = 1_000;

/** The page to read. */
export interface PageRequest {
  /** The epoch in which `after` was issued. */
  readonly epoch: string;
  readonly after: number;
  readonly first: number;
  /** A head that the store has reached. Part of the identity: a page of an earlier head may lack events. */
  readonly head: number;
}

/**
 * Pages from the store, for subscribers that resume from before the events that this process remembers. Each
 * page is read once for all of them.
 */
export class StoredPages {
  readonly #run: RunStatement;
  readonly #log: Logger;
  readonly #stop: AbortSignal;
  readonly #pages = new LRUCache<string, Promise<Batch>>({ max: PAGES_KEPT });
  readonly #limit = pLimit(PAGES_AT_ONCE);

  constructor(run: RunStatement, { log, stop }: { log: Logger; stop: AbortSignal }) {
    this.#run = run;
    this.#log = log;
    this.#stop = stop;
  }

  /**
   * Reads a page. Retries while the store is unavailable, because the client could only come back with the
   * same cursor. Rejects with InputError as `readBatch` and `checkEpoch` do, or with Postgres's error if the
   * filter fails.
   */
  async read(filter: EventFilter, asked: PageRequest): Promise<Batch> {
    const { epoch, after, first, head } = asked;
    const name = `${epoch} ${after} ${first} ${head} ${filter.key}`;
    const known = this.#pages.get(name);
    if (known !== undefined) return await known;
    const page = this.#readUntilAnswered(filter, asked);
    this.#pages.set(name, page);
    page.catch(() => this.#pages.delete(name));
    return await page;
  }

  async #readUntilAnswered(filter: EventFilter, asked: PageRequest): Promise<Batch> {
    for (;;) {
      try {
        const read = async (): Promise<Batch> => await readBatch(this.#run, filter, asked);
        return checkEpoch(asked.epoch, await this.#limit(read));
      } catch (error) {
        if (error instanceof InputError || isAtFault(error) || this.#stop.aborted) throw error;
        this.#log.warn({ err: error }, 'reading the feed failed, trying again');
        await sleep(jittered(RETRY_MS), this.#stop);
      }
    }
  }
}
