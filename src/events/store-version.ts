import { sql } from '../database/sql.ts';
import type { RunStatement } from '../database/statements.ts';
import { shareCalls } from '../time/share-calls.ts';
import type { FeedState } from './event.ts';

/** The state of the feed, and what names the store's content at that moment. */
export interface StoreVersion extends FeedState {
  /**
   * Different whenever the store may have changed in between: every transaction that writes gives it another
   * value, as does every change of the feed. It contains the feed's epoch, so it must never be sent to a
   * client.
   */
  readonly key: string;
}

/** Reads the version of the store as it is after the call. Rejects as the statement does. */
export type ReadStoreVersion = () => Promise<StoreVersion>;

/** Makes the reader of a process. Calls that wait at the same time share one statement. */
export function storeVersionReader(run: RunStatement): ReadStoreVersion {
  const read = async (): Promise<StoreVersion> => {
    // All requests that have arrived together share the statement, not only those of the same socket.
    await new Promise((resolve) => setImmediate(resolve));
    const [state] = await run<FeedState & { readonly version: string }>({
      name: 'storeVersion',
      sql: sql`select f.version, f.epoch, f.head, f.floor from feed f where f.id = 1`,
    });
    if (state === undefined) throw new Error('expected the row of the feed, found none');
    const { version, epoch, head, floor } = state;
    return { epoch, head, floor, key: `${version} ${epoch} ${head} ${floor}` };
  };
  return shareCalls(read);
}
