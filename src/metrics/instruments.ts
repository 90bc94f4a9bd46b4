/** The name of an instrument, and what it measures. */
export interface Description {
  /** Without the prefix of the application; in base units, such as `_seconds`. */
  readonly name: string;
  /** One sentence, for the reader of a dashboard. */
  readonly help: string;
  /** The names of the labels. Their values must come from fixed sets: each combination is kept for ever. */
  readonly labels?: readonly string[];
}

/** One line of the exposition. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Appended to the name: parts of a histogram have one. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

/** Something that is measured, in the form that a scrape reads. */
export interface Instrument extends Description {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** The current values. An instrument whose values cannot be read has none. */
  samples(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** Combinations of labels that an instrument keeps. Further ones count as `other`. */
const MOST_SERIES = 200;

/** The values of an instrument by their labels. Bounded, even if a label had values that clients choose. */
class Series<Value> {
  readonly #names: readonly string[];
  readonly #make: () => Value;
  readonly #others: readonly string[];
  readonly #byKey = new Map<string, { readonly values: readonly string[]; readonly value: Value }>();

  constructor(names: readonly string[], make: () => Value) {
    this.#names = names;
    this.#make = make;
    this.#others = names.map(() => 'other');
    // Without labels there is one series, which begins at 0 instead of being absent.
    if (names.length === 0) this.at([]);
  }

  at(values: readonly string[]): Value {
    const [only = ''] = values;
    // The usual case, without an array to join: this runs for every request.
    const key = values.length < 2 ? only : values.join('\n');
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.value;
    if (this.#byKey.size >= MOST_SERIES && values !== this.#others) return this.at(this.#others);
    const value = this.#make();
    this.#byKey.set(key, { values, value });
    return value;
  }

  *[Symbol.iterator](): Generator<[labels: Record<string, string>, value: Value]> {
    for (const { values, value } of this.#byKey.values())
      yield [Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ''])), value];
  }
}

/** A number that only grows. Adding to it takes well under a microsecond. */
export class Counter implements Instrument {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #series: Series<{ total: number }>;

  constructor({ name, help, labels = [] }: Description) {
    this.name = name;
    this.help = help;
    this.#series = new Series(labels, () => ({ total: 0 }));
  }

  /** Adds 1 to the series with these values of the labels, in their order. */
  add(...values: readonly string[]): void {
    this.#series.at(values).total += 1;
  }

  samples(): Sample[] {
    return [...this.#series].map(([labels, { total }]) => ({ labels, value: total }));
  }
}

/** A distribution of values over buckets. Observing takes well under a microsecond. */
export class Histogram implements Instrument {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series: Series<{ sum: number; readonly counts: number[] }>;

  /** `bounds` are the upper bounds of the buckets, ascending; one more bucket has all larger values. */
  constructor({ name, help, labels = [] }: Description, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#series = new Series(labels, () => ({ sum: 0, counts: Array<number>(bounds.length + 1).fill(0) }));
  }

  /** Counts a value in the series with these values of the labels, in their order. */
  observe(value: number, ...values: readonly string[]): void {
    const series = this.#series.at(values);
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  samples(): Sample[] {
    return [...this.#series].flatMap(([labels, { sum, counts }]) => {
      let total = 0;
      const buckets = counts.map((count, index): Sample => {
        total += count;
        return { labels: { ...labels, le: this.#bounds[index] ?? '+Inf' }, value: total, suffix: '_bucket' };
      });
      return [...buckets, { labels, value: sum, suffix: '_sum' }, { labels, value: total, suffix: '_count' }];
    });
  }
}
