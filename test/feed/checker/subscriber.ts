import { setTimeout as sleep } from 'node:timers/promises';
import type { PaperFilter } from '../../../src/reads/filters/paper-filter.ts';
import { SUBSCRIPTION, type Batch } from './feed-query.ts';
import {
  openEventStream,
  openSocketStream,
  type Listener,
  type Result,
  type Stream,
  type StreamRequest,
} from './stream.ts';
import type { PaperEvent } from './verdict.ts';

/** How a subscriber reaches the servers, and what it asks for. */
export interface SubscriberOptions {
  readonly name: string;
  readonly transport: 'WS' | 'SSE-GET' | 'SSE-POST';
  readonly filter: PaperFilter;
  readonly first: number;
  /** The port of the next connection, of any server. */
  readonly nextPort: () => number;
  readonly random: () => number;
}

/** How long a stream that has not caught up may be silent: longer than any fault. */
const SILENT_MS = 30_000;
/** How often a subscriber stops in the middle of a batch, like a client that is killed. */
const ABANDONED = 0.04;

/** A client of the live feed that resumes after every disconnect and keeps all events. */
export class Subscriber {
  readonly options: SubscriberOptions;
  readonly events: PaperEvent[] = [];
  /** Violations of the contract by the server. */
  readonly complaints: string[] = [];
  readonly drops = new Map<string, number>();
  resumes = 0;
  #cursor: string | null = null;
  #stopped = false;
  /** Whether the subscriber has stopped abandoning streams. */
  #patient = false;
  #cut: (reason: string) => void = () => {};

  constructor(options: SubscriberOptions) {
    this.options = options;
  }

  /** Follows the feed until `stop` is called. */
  async follow(): Promise<void> {
    while (!this.#stopped) {
      if (this.#cursor !== null) this.resumes += 1;
      const reason = await this.#attend();
      if (this.#stopped) return;
      this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
      await sleep(50 + this.options.random() * 400);
    }
  }

  /** Stops abandoning streams. */
  calmDown(): void {
    this.#patient = true;
  }

  stop(): void {
    this.#stopped = true;
    this.#cut('stopped');
  }

  /** Resumes once more from the last cursor, and applies the first batch. Rejects if there is none. */
  async comeBack(withinMs: number): Promise<Batch> {
    return await new Promise<Batch>((resolve, reject) => {
      const late = setTimeout(() => {
        stream.close();
        reject(new Error(`${this.options.name} got no first message within ${withinMs} ms`));
      }, withinMs);
      const done = (act: () => void): void => {
        clearTimeout(late);
        stream.close();
        act();
      };
      const stream = this.#open({
        onResult: (result, id) => {
          const batch = this.#batchOf(result, id);
          if (batch === undefined) return done(() => reject(new Error(JSON.stringify(result))));
          this.#apply(batch, batch.events.length);
          return done(() => resolve(batch));
        },
        onEnd: (reason) => done(() => reject(new Error(`${this.options.name}: ${reason}`))),
      });
    });
  }

  /** Reads one stream until it ends. Resolves with the reason. */
  async #attend(): Promise<string> {
    return await new Promise<string>((resolve) => {
      let watch: NodeJS.Timeout | undefined;
      const listen = (): void => {
        clearTimeout(watch);
        watch = setTimeout(() => this.#cut('silent'), SILENT_MS);
      };
      const end = (reason: string): void => {
        clearTimeout(watch);
        stream.close();
        resolve(reason);
      };
      this.#cut = end;
      const stream = this.#open({
        onResult: (result, id) => {
          listen();
          const batch = this.#batchOf(result, id);
          if (batch === undefined) return end('error');
          if (this.#abandon(batch)) return end('abandoned');
          this.#apply(batch, batch.events.length);
          // A subscriber that has caught up may wait for any time.
          return batch.caughtUp ? clearTimeout(watch) : undefined;
        },
        onEnd: end,
      });
      listen();
    });
  }

  #open(listener: Listener): Stream {
    const { transport, filter, first, nextPort } = this.options;
    const request = (variables: object): StreamRequest => ({
      port: nextPort(),
      query: SUBSCRIPTION,
      variables: { filter, first, ...variables },
    });
    if (transport === 'WS') return openSocketStream(request({ after: this.#cursor }), listener);
    const method = transport === 'SSE-GET' ? 'GET' : 'POST';
    // Like EventSource: the same request each time, and the last id in a header, which takes precedence.
    return openEventStream(request({}), listener, { method, lastEventId: this.#cursor ?? undefined });
  }

  /** The batch of a result; undefined if it has none. */
  #batchOf({ data, errors }: Result, id: string | undefined): Batch | undefined {
    const batch = data?.['paperIngested'] as Batch | null | undefined;
    const codes = (errors ?? []).map(({ extensions }) => extensions?.code ?? 'none');
    const lasting = codes.filter((code) => !PASSING.has(code));
    if (lasting.length > 0) this.#complain(`got an error of ${lasting.join()}: ${JSON.stringify(errors)}`);
    if (batch === null || batch === undefined) return undefined;
    if (batch.events.length > this.options.first) this.#complain(`got ${batch.events.length} events at once`);
    if (this.options.transport !== 'WS' && id !== batch.cursor)
      this.#complain(`got a message of id ${id} with the cursor ${batch.cursor}`);
    return batch;
  }

  /** Now and then applies only a part of a batch, and resumes after the last event of that part. */
  #abandon(batch: Batch): boolean {
    const { random } = this.options;
    if (this.#patient || random() > ABANDONED) return false;
    this.#apply(batch, Math.floor(random() * batch.events.length));
    return true;
  }

  #apply({ events, cursor }: Batch, count: number): void {
    this.events.push(...events.slice(0, count));
    if (count === events.length) this.#cursor = cursor;
    else if (count > 0) this.#cursor = events[count - 1]?.cursor ?? null;
  }

  #complain(complaint: string): void {
    this.complaints.push(`${this.options.name} ${complaint}`);
  }
}

/** Failures that end once Postgres is available again. */
const PASSING = new Set(['INTERNAL', 'TIMEOUT']);
