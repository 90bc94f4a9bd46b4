import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseCodeEntry } from '../errors/close-codes.ts';
import type { Limits } from '../limits/limits.ts';
import type { Frame } from './next-frame.ts';

/** Milliseconds between pings. A client that has not answered a ping by the next one is disconnected. */
export const PING_MS = 15_000;
/** The slowest connection that is served: a message gets a second more for each 128,000 bytes. */
const SLOWEST_BYTES_PER_MS = 128;
/** While more bytes wait to be sent, nothing is read from the client: its messages would add answers. */
const MOST_WAITING_BYTES = 2 ** 20;

/**
 * An open socket that detects a client that stops reading, no longer answers pings, or sends too much. Has few
 * fields, because there may be tens of thousands of idle sockets.
 */
export class MonitoredSocket {
  readonly socket: WebSocket;
  readonly #connection: Writable;
  readonly #limits: Limits;
  /** How many messages wait to be sent. */
  #waiting = 0;
  /** The size in bytes of the largest message since none was waiting. */
  #largest = 0;
  /** Since when the client has read nothing although messages wait. Undefined if none waits. */
  #waitingSince: number | undefined;
  #pingedAt = wholeNow();
  #answered = true;
  /** Operations without an answer. A server that stops waits for them. */
  #unanswered = 0;
  #onIdle: (() => void) | undefined;
  /** A leaky bucket: how many messages of the client have not leaked yet, in whole messages, and at which time. */
  #received = 0;
  #receivedAt = 0;

  /** `connection` is what the socket runs on, after the handshake. */
  constructor(socket: WebSocket, connection: Writable, limits: Limits) {
    this.socket = socket;
    this.#connection = connection;
    this.#limits = limits;
    socket.on('ping', () => this.admit());
    socket.on('pong', () => {
      this.#answered = true;
      this.admit();
    });
    // An unhandled `error` would end the process. Every error is followed by `close`, which is handled.
    socket.on('error', ignore);
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /**
   * Counts a message of the client, and returns whether to handle it. Not if the socket is closing: clients may
   * still send then. Closes the socket if the client sends too many.
   */
  admit(): boolean {
    if (!this.isOpen) return false;
    const { maxMessagesPerSecond: perSecond, messageBurst } = this.#limits;
    if (perSecond === 0) return true;
    const now = wholeNow();
    const leaked = Math.floor(((now - this.#receivedAt) * perSecond) / 1_000);
    if (leaked >= this.#received) {
      this.#received = 0;
      this.#receivedAt = now;
    } else {
      this.#received -= leaked;
      // The part of a message that has leaked besides counts next time.
      this.#receivedAt += Math.floor((leaked * 1_000) / perSecond);
    }
    this.#received += 1;
    if (this.#received > messageBurst) this.close(CLOSE_CODES.TOO_MANY_MESSAGES);
    return this.#received <= messageBurst;
  }

  /** Sends a message. Calls `onTaken` once the network has taken it, or if the socket is closed. */
  send(message: string, onTaken: () => void): void {
    this.#sendCounted(Buffer.byteLength(message), onTaken, (taken) => this.socket.send(message, taken));
  }

  /**
   * Sends a whole frame as `send` sends a message. It goes past ws, which would frame it anew for each socket.
   * The order stays: without compression, ws passes each frame on to the connection at once.
   */
  sendFrame(frame: Frame, onTaken: () => void): void {
    const size = frame.reduce((sum, { length }) => sum + length, 0);
    this.#sendCounted(size, onTaken, (taken) => this.#write(frame, taken));
  }

  #write(frame: Frame, taken: () => void): void {
    const connection = this.#connection;
    if (frame.length > 1) connection.cork();
    for (const [index, piece] of frame.entries())
      if (index === frame.length - 1) connection.write(piece, taken);
      else connection.write(piece);
    if (frame.length > 1) connection.uncork();
  }

  #sendCounted(size: number, onTaken: () => void, send: (taken: () => void) => void): void {
    if (!this.isOpen) {
      onTaken();
      return;
    }
    const { socket } = this;
    this.#largest = this.#waiting === 0 ? size : Math.max(this.#largest, size);
    this.#waiting += 1;
    this.#waitingSince ??= wholeNow();
    send(() => {
      this.#waiting -= 1;
      this.#waitingSince = this.#waiting === 0 ? undefined : wholeNow();
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
   * Counts an operation as unanswered, so that a server that stops waits for it. Returns the function to call
   * once the answer is sent or no longer wanted; further calls of it do nothing.
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
   * Call it about once a second, with the monotonic time. Pings the client from time to time. Closes the
   * socket if the client does not answer pings, or has not read a message for `stalledMs` milliseconds and
   * the time that its size allows. Returns true in the latter case.
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

  /** Reads from the client again. Its answer to the last ping may be unread: the wait for it starts over. */
  #resume(): void {
    this.#pingedAt = wholeNow();
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

/** The monotonic time in whole milliseconds: a fraction would take an object of its own in each field. */
function wholeNow(): number {
  return Math.round(performance.now());
}

function ignore(): void {}
