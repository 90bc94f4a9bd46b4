import type { WebSocket } from 'ws';

const PING_MS = 15_000;
/** "Try again later" (IANA's registry of close codes). */
const TOO_FAR_BEHIND = 1013;
/** A large message may take a second more for so many bytes. */
const SLOWEST_BYTES_PER_MS = 128;
/** With more than that waiting, nothing more is taken from a client: what it sends makes answers. */
const MOST_BYTES_WAITING = 2 ** 20;

/** An open socket: what it has yet to take, and whether it still answers. */
export class MonitoredSocket {
  readonly socket: WebSocket;
  #waiting = 0;
  /** Of the messages that wait, in bytes. */
  #largest = 0;
  /** Since when the oldest message waits to be taken; undefined where none does. */
  #waitingSince: number | undefined;
  #pingedAt = performance.now();
  #answered = true;
  /** Queries and mutations that a server that stops lets finish. */
  #inHand = 0;
  #whenIdle: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('pong', () => (this.#answered = true));
    // What fails is closed, and told by that.
    socket.on('error', ignore);
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Sends a message; calls back when the network has taken it, or the socket is gone. */
  send(message: string | Buffer, taken: () => void): void {
    if (!this.isOpen) {
      taken();
      return;
    }
    const { socket } = this;
    this.#largest = Math.max(this.#waiting === 0 ? 0 : this.#largest, message.length);
    this.#waiting += 1;
    this.#waitingSince ??= performance.now();
    socket.send(message, { binary: false }, () => {
      this.#waiting -= 1;
      this.#waitingSince = this.#waiting === 0 ? undefined : performance.now();
      if (socket.isPaused && socket.bufferedAmount <= MOST_BYTES_WAITING) this.#resume();
      taken();
    });
    if (socket.bufferedAmount > MOST_BYTES_WAITING) socket.pause();
  }

  /**
   * Keeps the socket open during a shutdown until an operation is answered. Returns the function to call once the answer is sent
   * or no longer wanted.
   */
  keepOpen(): () => void {
    this.#inHand += 1;
    let done = false;
    return () => {
      if (!done) this.#inHand -= 1;
      done = true;
      if (this.#inHand === 0) this.#whenIdle?.();
    };
  }

  /** Resolves once nothing runs whose answer is to be sent. */
  async idle(): Promise<void> {
    if (this.#inHand > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  /**
   * Closes it where it has taken no message for `stalledMs` milliseconds, or does not answer; asks it now and then. Gives
   * whether it was too far behind.
   */
  check(now: number, stalledMs: number): boolean {
    if (!this.isOpen) return false;
    if (this.#waitingSince !== undefined) {
      if (now - this.#waitingSince <= patience(stalledMs, this.#largest)) return false;
      this.socket.close(TOO_FAR_BEHIND, 'too far behind; resume from the last cursor');
      return true;
    }
    if (now - this.#pingedAt >= PING_MS) this.#ask(now);
    return false;
  }

  /** An answer to the last ping may only be read now. */
  #resume(): void {
    this.#pingedAt = performance.now();
    this.socket.resume();
  }

  #ask(now: number): void {
    if (!this.#answered) {
      this.socket.terminate();
      return;
    }
    this.#answered = false;
    this.#pingedAt = now;
    this.socket.ping();
  }
}

/** For how long, in milliseconds, a client may take to take a message of so many bytes. */
export function patience(stalledMs: number, bytes: number): number {
  return stalledMs + bytes / SLOWEST_BYTES_PER_MS;
}

function ignore(): void {}
