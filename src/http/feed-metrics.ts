import type { Feed, FeedStats } from '../feed/live-feed.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** Exposes the numbers of the live feed. */
export function exposeFeed(metrics: Metrics, feed: Feed): void {
  const gauge = (name: string, help: string, read: (stats: FeedStats) => number | undefined): void =>
    metrics.gauge(name, help, () => read(feed.stats()));
  gauge('subscriptions_active', 'Open subscriptions.', ({ subscriptions }) => subscriptions);
  gauge('subscription_groups', 'Filters that open subscriptions share.', ({ groups }) => groups);
  gauge('feed_head', 'Position of the latest event that this server has delivered.', ({ head }) => head);
  gauge('feed_ring_lag_events', 'Events of the store that are not delivered yet.', ({ lag }) => lag);
  metrics.gauge(
    'feed_last_read_seconds',
    'Time since the store was last read for new events.',
    () => feed.sinceRead() / 1_000,
  );
  metrics.counter('feed_gap_total', 'Holes in the feed. Must stay 0.', () => feed.stats().gaps);
  metrics.labelled(
    'counter',
    {
      name: 'feed_resume_total',
      help: 'Subscriptions with a cursor, by where they began: in memory, in the store, or refused.',
      label: 'source',
    },
    () => feed.stats().resumes,
  );
  const NOTIFIED =
    'Whether notifications of Postgres arrive. Absent with a pooler, where the feed is polled.';
  gauge('pg_listener_up', NOTIFIED, ({ listener }) => listener && Number(listener.up));
  metrics.counter(
    'pg_listener_reconnects_total',
    'How often the connection for notifications was made again.',
    () => feed.stats().listener?.reconnects,
  );
}
