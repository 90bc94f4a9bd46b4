import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** What wakes a reader of the feed. It may lose any number of wake-ups: readers look by themselves now and then. */
export interface WakeSource {
  /** Whether it hears what is sent at the moment. */
  readonly listening: () => boolean;
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

/** SQLSTATE of a LISTEN on a standby: read-only. */
const READ_ONLY = '25006';

interface State {
  listening: boolean;
  /** Tries that failed since it last listened. */
  failures: number;
  /** It is known that this server lets nobody listen. */
  deaf: boolean;
}

/**
 * Listens on a connection of its own, with the settings of the pool. A connection that breaks, or no longer answers (a
 * network may die without a sign), is replaced, after waits that grow and differ from process to process. A standby lets nobody
 * listen; it is asked now and then whether it has become a primary server.
 */
export function listenForWakeUps(pool: pg.Pool, options: ListenOptions): WakeSource {
  const stop = new AbortController();
  const state = { listening: false, failures: 0, deaf: false };
  const running = keepListening(pool, options, { stop: stop.signal, state });
  return {
    listening: () => state.listening,
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

async function keepListening(
  pool: pg.Pool,
  options: ListenOptions,
  { stop, state }: { stop: AbortSignal; state: State },
): Promise<void> {
  while (!stop.aborted) {
    try {
      await listenOnce(pool, options, { stop, state });
    } catch (error) {
      state.failures += 1;
      if (!stop.aborted) tellFailure(error, options.log, state);
    }
    state.listening = false;
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** state.failures);
    await delay(Math.random() * most, undefined, { signal: stop }).catch(() => {});
  }
}

function tellFailure(error: unknown, log: Logger, state: State): void {
  const isStandby = (error as { code?: unknown }).code === READ_ONLY;
  if (!isStandby)
    log.warn({ err: error, failures: state.failures }, 'listening for news failed, trying again');
  else if (!state.deaf)
    log.info('this Postgres is a standby, which does not support LISTEN: the feed is polled');
  state.deaf = isStandby;
}

/** Listens until the connection ends. Rejects where it cannot be made or fails. */
async function listenOnce(
  pool: pg.Pool,
  options: ListenOptions,
  { stop, state }: { stop: AbortSignal; state: State },
): Promise<void> {
  const client = new pg.Client(pool.options);
  client.on('error', () => {});
  // Rejects at an error, which may come before anybody waits for it.
  const ended = once(client, 'end');
  ended.catch(() => {});
  client.on('notification', options.onWake);
  // A connection that does not answer would not answer a goodbye either.
  const hangUp = (): void => void client.connection.stream.destroy();
  stop.addEventListener('abort', hangUp);
  try {
    await client.connect();
    // The connection is idle between two heartbeats.
    await client.query({
      text: `set idle_session_timeout = 0; listen ${options.channel}`,
      query_timeout: HEARTBEAT_TIMEOUT_MS,
    } as pg.QueryConfig);
    Object.assign(state, { listening: true, failures: 0 });
    options.onConnect?.();
    options.onWake();
    await Promise.race([ended, beat(client, options, stop)]);
  } finally {
    client.removeAllListeners('notification');
    stop.removeEventListener('abort', hangUp);
    hangUp();
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
