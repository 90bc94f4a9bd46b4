import { statementRunner } from '../database/statements.ts';
import type { Pool } from '../database/store-pool.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { storeCounts, type StoreCounts } from '../reads/store-counts.ts';
import { within } from '../time/deadline.ts';
import { shareCalls } from '../time/share-calls.ts';

/** How long a scrape waits for the database, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Exposes the state of the connections, and what the store holds. While the database cannot answer, metrics of
 * the store are absent.
 */
export function exposeStore(metrics: Metrics, pool: Pool): void {
  const connections = { name: 'pg_pool_connections', help: 'Connections to Postgres.', label: 'state' };
  metrics.labelled('gauge', connections, () => ({
    idle: pool.idleCount,
    busy: pool.totalCount - pool.idleCount,
  }));
  metrics.gauge('pg_pool_size', 'The most connections to Postgres.', () => pool.options.max);
  metrics.gauge('pg_pool_waiting', 'Statements that wait for a connection.', () => pool.waitingCount);
  const counts = countsOf(pool);
  metrics.gauge('pg_up', 'Whether the database answered this scrape.', async () =>
    Number((await counts()) !== undefined),
  );
  metrics.gauge('store_papers', 'Papers in the store.', async () => (await counts())?.papers);
  metrics.gauge(
    'pg_notification_queue_usage',
    'Used part of the queue of notifications, 0 to 1.',
    async () => (await counts())?.notificationQueue,
  );
  const runs = { name: 'ingest_runs_total', help: 'Ingest runs of the store by status.', label: 'status' };
  metrics.labelled('counter', runs, async () => (await counts())?.ingests ?? {});
}

/** Reads the counts once for all metrics of a scrape; undefined if the database does not answer in time. */
function countsOf(pool: Pool): () => Promise<StoreCounts | undefined> {
  const run = statementRunner(pool, { prepared: true, deadlineMs: PATIENCE_MS, failFast: true });
  const read = shareCalls(async () => await storeCounts(run));
  return async () => await within(PATIENCE_MS, read(), tookTooLong).catch(() => undefined);
}

function tookTooLong(): Error {
  return new Error('the database took too long');
}
