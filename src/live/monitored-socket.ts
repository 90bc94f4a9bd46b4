import type { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseCodeEntry } from '../errors/close-codes.ts';

/** Milliseconds that a client has to read a small message, until it is disconnected. */
export const STALLED_MS = 10_000;
/** Milliseconds between pings. A client that has not answered one by the next is cut off. */
export const PING_MS = 15_000;
/** The slowest connection that is served: a message gets a second more for each 128,000 bytes. */
export const SLOWEST_BYTES_PER_MS = 128;
/** While more waits to be sent, nothing is read from the client: each of its messages would add an answer. */
const MOST_WAITING_BYTES = 2 ** 20;

/** An open socket. Knows what the client has yet to read, and whether it still answers pings. */
export class MonitoredSocket {
  readonly socket: WebSocket;
  #waiting = 0;
  /** Size of the largest waiting message, in bytes. */
  #largest = 0;
  /** Since when the oldest message waits. Undefined if none does. */
  #waitingSince: number | undefined;
  #pingedAt = performance.now();
  #answered = true;
  /** Operations whose answer a server that stops still sends. */
  #unanswered = 0;
  #onIdle: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('pong', () => (this.#answered = true));
    // An unhandled `error` would end the process. Every error is followed by `close`, which is handled.
    socket.on('error', ignore);
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Sends a message. Calls `onTaken` once the network has taken it, or if the socket is closed. */
  send(message: string | Buffer, onTaken: () => void): void {
    if (!this.isOpen) {
      onTaken();
      return;
    }
    const { socket } = this;
    this.#largest = Math.max(this.#waiting === 0 ? 0 : this.#largest, message.length);
    this.#waiting += 1;
    this.#waitingSince ??= performance.now();
    socket.send(message, { binary: false }, () => {
      this.#waiting -= 1;
      this.#waitingSince = this.#waiting === 0 ? undefined : performance.now();
      if (socket.isPaused && socket.bufferedAmount <= MOST_WAITING_BYTES) this.#resume();
      onTaken();
    });
    if (socket.bufferedAmount > MOST_WAITING_BYTES) socket.pause();
  }

  /** Starts the closing handshake. */
  close({ code, reason }: CloseCodeEntry): void {
    this.socket.close(code, reason);
  }

  /**
   * Counts an operation as unanswered, so that a server that stops waits for it. Returns the function to call once the
   * answer is sent or no longer wanted; further calls of it do nothing.
   */
  awaitAnswer(): () => void {
    this.#unanswered += 1;
    let done = false;
    return () => {
      if (!done) this.#unanswered -= 1;
      done = true;
      if (this.#unanswered === 0) this.#onIdle?.();
    };
  }

  /** Resolves once every operation is answered. */
  async idle(): Promise<void> {
    if (this.#unanswered > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /**
   * To be called about every second. Pings the client from time to time. Closes the socket if the client does not answer, or has
   * not read a message for `stalledMs` milliseconds. Returns true in the latter case.
   */
  check(now: number, stalledMs: number): boolean {
    if (!this.isOpen) return false;
    if (this.#waitingSince !== undefined) {
      if (now - this.#waitingSince <= patience(stalledMs, this.#largest)) return false;
      this.close(CLOSE_CODES.TOO_FAR_BEHIND);
      return true;
    }
    if (now - this.#pingedAt >= PING_MS) this.#ping(now);
    return false;
  }

  /** Reads from the client again. Its answer to the last ping may have arrived meanwhile, so the wait for it starts anew. */
  #resume(): void {
    this.#pingedAt = performance.now();
    this.socket.resume();
  }

  #ping(now: number): void {
    if (!this.#answered) {
      this.socket.terminate();
      return;
    }
    this.#answered = false;
    this.#pingedAt = now;
    this.socket.ping();
  }
}

/** How long a client may take to read a message of a number of bytes, in milliseconds. */
export function patience(stalledMs: number, bytes: number): number {
  return stalledMs + bytes / SLOWEST_BYTES_PER_MS;
}

function ignore(): void {}
