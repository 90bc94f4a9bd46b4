/** Ends a turn, so that the next one begins. Further calls do nothing. */
export type EndTurn = () => void;

/** Why an operation got no turn: too many others of its client wait, or it waited too long, or its client left. */
type NoTurn = 'full' | 'late' | 'left';

interface Waiting {
  readonly begin: (end: EndTurn) => void;
}

interface Client {
  running: number;
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>;
}

/** How many turns there are. */
export interface TurnOptions {
  /** Turns of a client at once. */
  readonly perClient: number;
  /** Turns of all clients at once. */
  readonly inAll: number;
  /** How long a client waits for a turn, in milliseconds. */
  readonly waitMs: number;
}

/** How many of a client may wait for a turn. */
export const MOST_WAITING = 100;
/** How many of all clients may wait. */
export const MOST_WAITING_IN_ALL = 1_000;

/**
 * Turns for work that is expensive: some at once for each client, and some for the whole server. Further ones
 * wait, and clients take turns, so that one that waits with a hundred operations does not hold up another's first.
 */
export class Turns {
  readonly #options: TurnOptions;
  /** Only those that have an operation here. The one whose turn comes next is first. */
  readonly #clients = new Map<string, Client>();
  #running = 0;
  #waiting = 0;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Operations that run now. */
  get running(): number {
    return this.#running;
  }

  /** Operations that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for a turn of a client. Returns the function that ends it, or why there is none. A signal that is
   * aborted says that the client has left.
   */
  async begin(client: string, signal?: AbortSignal): Promise<EndTurn | NoTurn> {
    const entry = this.#clients.get(client) ?? { running: 0, waiting: new Set() };
    if (signal?.aborted === true) return 'left';
    if (entry.waiting.size === 0 && this.#mayRun(entry)) return this.#start(client, entry);
    if (entry.waiting.size >= MOST_WAITING || this.#waiting >= MOST_WAITING_IN_ALL) return 'full';
    this.#clients.set(client, entry);
    return await this.#wait(client, entry, signal);
  }

  async #wait(client: string, entry: Client, signal?: AbortSignal): Promise<EndTurn | NoTurn> {
    return await new Promise((resolve) => {
      const finish = (result: EndTurn | NoTurn): void => {
        this.#waiting -= 1;
        entry.waiting.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        this.#forget(client, entry);
        resolve(result);
      };
      const leave = (): void => finish('left');
      const waiting = { begin: finish };
      const timer = setTimeout(() => finish('late'), this.#options.waitMs);
      this.#waiting += 1;
      entry.waiting.add(waiting);
      signal?.addEventListener('abort', leave);
    });
  }

  #start(client: string, entry: Client): EndTurn {
    entry.running += 1;
    this.#running += 1;
    // Its next turn comes after those of all other clients.
    this.#clients.delete(client);
    this.#clients.set(client, entry);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      entry.running -= 1;
      this.#running -= 1;
      this.#forget(client, entry);
      this.#startNext();
    };
  }

  #startNext(): void {
    for (const [client, entry] of this.#clients) {
      const [next] = entry.waiting;
      if (next === undefined || !this.#mayRun(entry)) continue;
      next.begin(this.#start(client, entry));
      return;
    }
  }

  #mayRun({ running }: Client): boolean {
    const { perClient, inAll } = this.#options;
    return running < perClient && this.#running < inAll;
  }

  #forget(client: string, { running, waiting }: Client): void {
    if (running === 0 && waiting.size === 0) this.#clients.delete(client);
  }
}
