import type { WebSocket } from 'ws';

const PING_MS = 15_000;
/** "Try again later" (IANA's registry of close codes). */
const TOO_FAR_BEHIND = 1013;

/** An open socket: what it has yet to take, and whether it still answers. */
export class Peer {
  readonly socket: WebSocket;
  #waiting = 0;
  /** Since when the oldest message waits to be taken; undefined where none does. */
  #waitingSince: number | undefined;
  #pingedAt = Date.now();
  #answered = true;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('pong', () => (this.#answered = true));
    // What fails is closed, and told by that.
    socket.on('error', () => {});
  }

  /** Sends a message; resolves when the network has taken it, or the socket is gone. */
  async send(message: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    await new Promise<void>((resolve) => {
      this.#waiting += 1;
      this.#waitingSince ??= Date.now();
      socket.send(message, () => {
        this.#waiting -= 1;
        this.#waitingSince = this.#waiting === 0 ? undefined : Date.now();
        resolve();
      });
    });
  }

  /**
   * Closes it where it has taken nothing for `stalledMs` milliseconds, or does not answer; asks it now and then. Gives
   * whether it was too far behind.
   */
  check(now: number, stalledMs: number): boolean {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return false;
    if (this.#waitingSince !== undefined) {
      if (now - this.#waitingSince <= stalledMs) return false;
      socket.close(TOO_FAR_BEHIND, 'too far behind; resume from the last cursor');
      return true;
    }
    if (now - this.#pingedAt < PING_MS) return false;
    if (!this.#answered) {
      socket.terminate();
      return false;
    }
    this.#answered = false;
    this.#pingedAt = now;
    socket.ping();
    return false;
  }
}
