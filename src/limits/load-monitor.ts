import type { Limits } from './limits.ts';

/** Whether the server has too much to do to take on more. */
export interface Load {
  /** Milliseconds after which a client should try again. Undefined if the server can take on more. */
  readonly retryAfterMs: () => number | undefined;
}

/** Milliseconds from one tick to the next. */
const TICK_MS = 250;
/** Ticks in a row that must be late: a single one is, whenever the whole process stands still for a moment. */
const LATE_TICKS = 3;

/**
 * Watches how late timers of this process are, because the event loop is busy. The server is overloaded while
 * several ticks in a row have been late by more than `maxEventLoopDelayMs`. One tick in time ends that.
 */
export class LoadMonitor implements Load {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #delays: number[] = Array<number>(LATE_TICKS).fill(0);
  #tickedAt: number;

  /** `now` returns milliseconds; `performance.now` by default. */
  constructor(limits: Limits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#tickedAt = now();
  }

  /** Begins to watch, for as long as something refers to the monitor. Does not keep the process alive. */
  start(): this {
    this.#tickedAt = this.#now();
    const monitor = new WeakRef(this);
    const timer = setInterval(() => {
      const watching = monitor.deref();
      if (watching === undefined) clearInterval(timer);
      else watching.tick();
    }, TICK_MS);
    timer.unref();
    return this;
  }

  /** Called by the timer. */
  tick(): void {
    const now = this.#now();
    this.#delays.shift();
    this.#delays.push(Math.max(0, now - this.#tickedAt - TICK_MS));
    this.#tickedAt = now;
  }

  /** The delay of the event loop in milliseconds that has lasted for a while. */
  get delayMs(): number {
    return Math.min(...this.#delays);
  }

  retryAfterMs(): number | undefined {
    const { maxEventLoopDelayMs } = this.#limits;
    const { delayMs } = this;
    if (maxEventLoopDelayMs === 0 || delayMs <= maxEventLoopDelayMs) return undefined;
    return Math.ceil(delayMs);
  }
}
