import type { Database } from '../database/connect.ts';
import { DatabaseError } from '../database/database-error.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { encodeFeedCursor } from '../events/feed-cursor.ts';
import { storeStatus } from '../reads/status.ts';
import { describeStatus } from './describe-status.ts';
import type { Output } from './ingest-in-order.ts';
import { version } from './version.ts';

/**
 * `papergraph status`: prints the contents of the store, as text or as one JSON object. Changes nothing.
 * Returns the exit status. Rejects with DatabaseError if migrations are pending.
 */
export async function status(json: boolean, database: Database, { stdout }: Output): Promise<number> {
  const { pool, prisma, where } = database;
  const pending = await pendingMigrations(pool);
  if (pending.length > 0) {
    const names = pending.join(', ');
    throw new DatabaseError(`migrations are pending at ${where} (${names}): run papergraph migrate`);
  }
  const { sizeBytes, postgres, migration, feed, ...stored } = await storeStatus(await prisma());
  const { epoch, head, events } = feed;
  const found = {
    versions: { papergraph: version(), postgres, migration },
    database: where,
    sizeBytes,
    ...stored,
    feed: { head, events, cursor: encodeFeedCursor(epoch, head) },
  };
  stdout.write(json ? `${JSON.stringify(found)}\n` : describeStatus(found));
  return 0;
}
