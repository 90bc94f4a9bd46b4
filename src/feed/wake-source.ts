import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** What wakes a reader of the feed. It may lose any number of wake-ups: readers look by themselves now and then. */
export interface WakeSource {
  /** Ends it; wakes nobody any more. */
  readonly close: () => Promise<void>;
}

/** How to listen. */
export interface ListenOptions {
  readonly channel: string;
  /** Called at every notification, and after every connect, as what was sent meanwhile is lost. */
  readonly onWake: () => void;
  /** Called before that at every connect: it may be another Postgres than before. */
  readonly onConnect?: () => void;
  readonly log: Logger;
  /** Between two heartbeats, and how long one may take, in milliseconds. */
  readonly heartbeatMs?: number;
  readonly heartbeatTimeoutMs?: number;
}

const HEARTBEAT_MS = 5_000;
const HEARTBEAT_TIMEOUT_MS = 2_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * Listens on a connection of its own, with the settings of the pool. A connection that breaks, or no longer answers (a
 * network may die without a sign), is replaced, after waits that grow and differ from process to process.
 */
export function listenForWakeUps(pool: pg.Pool, options: ListenOptions): WakeSource {
  const stop = new AbortController();
  const running = keepListening(pool, options, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

async function keepListening(pool: pg.Pool, options: ListenOptions, stop: AbortSignal): Promise<void> {
  for (let failures = 0; !stop.aborted;) {
    try {
      await listenOnce(pool, options, stop, () => (failures = 0));
    } catch (error) {
      failures += 1;
      options.log.warn({ err: error, failures }, 'listening for news failed, trying again');
    }
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    await delay(Math.random() * most, undefined, { signal: stop }).catch(() => {});
  }
}

/** Listens until the connection ends. Rejects where it cannot be made or fails. */
async function listenOnce(
  pool: pg.Pool,
  options: ListenOptions,
  stop: AbortSignal,
  onListening: () => void,
): Promise<void> {
  const client = new pg.Client(pool.options);
  client.on('error', () => {});
  // Rejects at an error, which may come before anybody waits for it.
  const ended = once(client, 'end');
  ended.catch(() => {});
  client.on('notification', options.onWake);
  try {
    await client.connect();
    await client.query({
      text: `listen ${options.channel}`,
      query_timeout: HEARTBEAT_TIMEOUT_MS,
    } as pg.QueryConfig);
    onListening();
    options.onConnect?.();
    options.onWake();
    await Promise.race([ended, beat(client, options, stop)]);
  } finally {
    client.removeAllListeners('notification');
    // A connection that does not answer would not answer a goodbye either.
    (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
  }
}

async function beat(client: pg.Client, options: ListenOptions, stop: AbortSignal): Promise<void> {
  const { heartbeatMs = HEARTBEAT_MS, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = options;
  for (;;) {
    await delay(heartbeatMs, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return;
    await client.query({ text: 'select 1', query_timeout: heartbeatTimeoutMs } as pg.QueryConfig);
  }
}
