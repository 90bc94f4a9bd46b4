import { once } from 'node:events';
import pg from 'pg';
import type { Logger } from 'pino';
import { BackOff } from '../time/back-off.ts';
import { sleep } from '../time/sleep.ts';
import { isReadOnly } from './error-codes.ts';

/** A source of wake-ups. Any of them may get lost, so readers also poll. */
export interface WakeSource {
  /** Whether notifications are being received at the moment. */
  readonly listening: () => boolean;
  /** Stops listening. Afterwards no callback is called. */
  readonly close: () => Promise<void>;
}

/** How to listen. Durations are in milliseconds. */
export interface ListenOptions {
  /** The channel of LISTEN. It becomes part of the SQL: never a user's text. */
  readonly channel: string;
  /** Called for every notification, and after every connect, because earlier notifications may be lost. */
  readonly onWake: () => void;
  /** Called after every connect, before `onWake`: the server may be another Postgres than before. */
  readonly onConnect?: () => void;
  readonly log: Logger;
  /** Time between two heartbeats; 5,000 by default. */
  readonly heartbeatMs?: number;
  /** Longest wait for the answer to a heartbeat; 2,000 by default. */
  readonly heartbeatTimeoutMs?: number;
}

const HEARTBEAT_MS = 5_000;
const HEARTBEAT_TIMEOUT_MS = 2_000;

/**
 * Listens on a connection of its own, made with the settings of the pool. A connection that breaks or stops
 * answering (a network may die silently) is replaced after a back-off. A standby does not support LISTEN: it
 * is tried again, because it may be promoted to a primary.
 */
export function listenForWakeUps(pool: pg.Pool, options: ListenOptions): WakeSource {
  const stop = new AbortController();
  const listener = new Listener(pool, options, stop.signal);
  const running = listener.run();
  return {
    listening: () => listener.listening,
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

class Listener {
  readonly #pool: pg.Pool;
  readonly #options: ListenOptions;
  readonly #stop: AbortSignal;
  // A spread of 1 allows any wait from 0 to twice the value, so that many processes do not reconnect at the
  // same time.
  readonly #backOff = new BackOff({ firstMs: 100, mostMs: 5_000, spread: 1 });
  #listening = false;
  /** Whether the last attempt found a standby, so that the log says it once. */
  #isStandby = false;

  constructor(pool: pg.Pool, options: ListenOptions, stop: AbortSignal) {
    this.#pool = pool;
    this.#options = options;
    this.#stop = stop;
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** Resolves once `stop` is aborted. */
  async run(): Promise<void> {
    while (!this.#stop.aborted) {
      const failure = await this.#listen().catch((error: unknown) => error);
      this.#listening = false;
      const wait = this.#backOff.next();
      if (failure !== undefined && !this.#stop.aborted) this.#logFailure(failure);
      await sleep(wait, this.#stop);
    }
  }

  /** Listens until the connection ends. Rejects if it cannot be made or fails. */
  async #listen(): Promise<void> {
    const { channel, onWake, onConnect } = this.#options;
    const client = new pg.Client(this.#pool.options);
    client.on('error', () => {});
    // Rejects at an error, which may come before anything awaits it.
    const ended = once(client, 'end');
    ended.catch(() => {});
    client.on('notification', onWake);
    // Not `client.end()`: on a connection that does not answer it would never complete.
    const disconnect = (): void => void client.connection.stream.destroy();
    this.#stop.addEventListener('abort', disconnect);
    try {
      await client.connect();
      // A listening connection is idle on purpose.
      await ask(client, `set idle_session_timeout = 0; listen ${channel}`, HEARTBEAT_TIMEOUT_MS);
      this.#listening = true;
      this.#backOff.reset();
      onConnect?.();
      onWake();
      await Promise.race([ended, this.#beat(client)]);
    } finally {
      client.removeAllListeners('notification');
      this.#stop.removeEventListener('abort', disconnect);
      disconnect();
    }
  }

  async #beat(client: pg.Client): Promise<void> {
    const { heartbeatMs = HEARTBEAT_MS, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = this.#options;
    for (;;) {
      await sleep(heartbeatMs, this.#stop);
      if (this.#stop.aborted) return;
      await ask(client, 'select 1', heartbeatTimeoutMs);
    }
  }

  #logFailure(error: unknown): void {
    const { log } = this.#options;
    const isStandby = isReadOnly(error);
    if (!isStandby)
      log.warn({ err: error, failures: this.#backOff.failures }, 'listening for news failed, trying again');
    else if (!this.#isStandby)
      log.info('this Postgres is a standby, which does not support LISTEN: the feed is polled');
    this.#isStandby = isStandby;
  }
}

/** Runs a statement. Rejects if there is no answer after `timeoutMs`. */
async function ask(client: pg.Client, text: string, timeoutMs: number): Promise<void> {
  // The types of `pg` lack this option.
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: timeoutMs };
  await client.query(query);
}
