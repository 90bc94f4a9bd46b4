import { connect, type Socket } from 'node:net';
import type pg from 'pg';
import { isCanceled } from './error-codes.ts';
import { breakConnection } from './store-pool.ts';

/**
 * How long a statement that nobody waits for may go on, in milliseconds. Most end sooner, and need not be
 * canceled.
 */
const ABANDONED_MS = 200;
/** How long Postgres may take to cancel it, in milliseconds. After this, the connection is broken. */
const CANCEL_MS = 300;

/** Stops the statement of a connection some time after `signal` is aborted. */
export class AbandonedStatement {
  readonly #client: pg.PoolClient;
  readonly #signal: AbortSignal | undefined;
  readonly #canCancel: boolean;
  #timer: NodeJS.Timeout | undefined;
  #canceling: Promise<void> | undefined;

  /** `canCancel` is false if a pooler might pass the request on to another's session. */
  constructor(client: pg.PoolClient, signal: AbortSignal | undefined, canCancel: boolean) {
    this.#client = client;
    this.#signal = signal;
    this.#canCancel = canCancel;
    signal?.addEventListener('abort', this.#wait);
  }

  /**
   * Call this when the statement has ended. Resolves once no request can hit a later statement of the
   * connection. Undefined if none was made. Further calls do nothing.
   */
  end(): Promise<void> | undefined {
    this.#signal?.removeEventListener('abort', this.#wait);
    clearTimeout(this.#timer);
    return this.#canceling;
  }

  /** Call this when the statement has failed. Returns whether its connection can be used again. */
  async leavesIntact(error: unknown): Promise<boolean> {
    await this.end();
    if (this.#canceling === undefined || !isCanceled(error)) return false;
    const rollback = { text: 'rollback', query_timeout: CANCEL_MS };
    try {
      await this.#client.query(rollback);
      return true;
    } catch {
      return false;
    }
  }

  readonly #wait = (): void => {
    this.#timer = setTimeout(() => this.#stop(), ABANDONED_MS);
  };

  #stop(): void {
    if (!this.#canCancel) {
      breakConnection(this.#client);
      return;
    }
    this.#canceling = requestCancel(this.#client);
    this.#timer = setTimeout(() => breakConnection(this.#client), CANCEL_MS);
  }
}

/** The code of a CancelRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;

/**
 * Asks Postgres to cancel the statement of a connection. Resolves once Postgres has signaled the session, or the
 * request has failed: Postgres ignores a signal between two statements.
 */
async function requestCancel(client: pg.PoolClient): Promise<void> {
  // `pg` offers this only for a statement whose `Query` object we have, and without handling of errors.
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const socket = connectLike(client);
  // Postgres closes the connection after the signal.
  socket.setTimeout(CANCEL_MS, () => socket.destroy());
  socket.on('error', () => {});
  socket.end(message);
  socket.resume();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** Connects to the server of a connection, whatever its name resolves to by now. */
function connectLike({ connection, host, port }: pg.PoolClient): Socket {
  const { remoteAddress, remotePort } = connection.stream as Socket;
  if (remoteAddress !== undefined && remotePort !== undefined) return connect(remotePort, remoteAddress);
  return connect(`${host}/.s.PGSQL.${port}`);
}
