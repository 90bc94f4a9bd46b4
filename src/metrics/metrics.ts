import { Counter, Histogram, type Description, type Instrument, type Sample } from './instruments.ts';

/** The prefix of all our metrics. */
export const PREFIX = 'papergraph_';

/** Bounds of buckets for durations in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Bounds of buckets for prices in points. */
const POINTS = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];

/** Reads the present value of a gauge; undefined if it is unknown. Must not reject. */
type Read = () => number | undefined | Promise<number | undefined>;

/**
 * What one server counts. Counters and histograms are fields; what can be read at any time is registered with
 * `gauge` or `counter`. Nothing here depends on the format in which it is exposed.
 */
export class Metrics {
  readonly #instruments: Instrument[] = [];

  readonly httpResponses = this.#add(
    new Counter({
      name: 'http_responses_total',
      help: 'HTTP responses by route and status, event streams included.',
      labels: ['route', 'status'],
    }),
  );
  readonly httpSeconds = this.#histogram(SECONDS, {
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its response, without event streams.',
    labels: ['route'],
  });
  readonly keptAnswers = this.#add(
    new Counter({
      name: 'graphql_kept_answers_total',
      help: 'Queries that were answered from memory, without running.',
    }),
  );
  readonly operationSeconds = this.#histogram(SECONDS, {
    name: 'graphql_operation_duration_seconds',
    help: 'Time to run an operation, or to start a subscription. Kept answers are not counted.',
    labels: ['type', 'transport'],
  });
  readonly phaseSeconds = this.#histogram(SECONDS, {
    name: 'graphql_phase_duration_seconds',
    help: 'Time of one phase of an operation.',
    labels: ['phase'],
  });
  readonly cost = this.#histogram(POINTS, {
    name: 'graphql_cost',
    help: 'Price of an operation in points, whether it ran or was refused.',
    labels: ['type'],
  });
  readonly errors = this.#add(
    new Counter({
      name: 'graphql_errors_total',
      help: 'Operations with an error of this code.',
      labels: ['code'],
    }),
  );
  readonly rejected = this.#add(
    new Counter({
      name: 'graphql_rejected_total',
      help: 'Operations that were refused before they ran, by the code of the error.',
      labels: ['rule'],
    }),
  );
  readonly socketsClosed = this.#add(
    new Counter({
      name: 'ws_closes_total',
      help: 'WebSockets closed, by close code.',
      labels: ['code'],
    }),
  );
  readonly slowConsumers = this.#add(
    new Counter({
      name: 'feed_slow_consumer_total',
      help: 'Subscribers that were disconnected because they did not read in time.',
      labels: ['transport'],
    }),
  );
  readonly deliverySeconds = this.#histogram(SECONDS, {
    name: 'feed_delivery_seconds',
    help: 'Age of the latest event of a batch when a live subscription takes it, by the clocks of the database and the server.',
  });

  /** All instruments, in the order in which they were made. */
  get instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  /** Exposes a number that is read at every scrape. */
  gauge(name: string, help: string, read: Read): void {
    this.#register('gauge', { name, help }, async () => sampleOf(await read()));
  }

  /** Exposes a number that only grows and that is counted elsewhere. */
  counter(name: string, help: string, read: Read): void {
    this.#register('counter', { name, help }, async () => sampleOf(await read()));
  }

  /** Exposes numbers with one label, which are read at every scrape. `read` must not reject. */
  labelled(
    type: 'counter' | 'gauge',
    description: Description & { readonly label: string },
    read: () => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>,
  ): void {
    const { label } = description;
    this.#register(type, description, async () =>
      Object.entries(await read()).map(([value, count]) => ({ labels: { [label]: value }, value: count })),
    );
  }

  /** Counts that a live subscription took an event that occurred at this time. */
  readonly delivered = (occurredAt: Date): void => {
    this.deliverySeconds.observe(Math.max(0, Date.now() - occurredAt.getTime()) / 1_000);
  };

  #histogram(bounds: readonly number[], description: Description): Histogram {
    return this.#add(new Histogram(description, bounds));
  }

  #register(type: Instrument['type'], description: Description, samples: Instrument['samples']): void {
    this.#add({ ...description, type, samples });
  }

  #add<Added extends Instrument>(instrument: Added): Added {
    this.#instruments.push(instrument);
    return instrument;
  }
}

function sampleOf(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}
