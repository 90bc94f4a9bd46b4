/** A benchmark: `npm run bench -- NAME` runs it, and `npm run bench` runs all of them. */
export interface Benchmark {
  /** What it measures, in one line. */
  readonly about: string;
  /** Measures, and returns what belongs into docs/benchmarks.md. `argv` are the arguments after the name. */
  readonly run: (argv: readonly string[]) => Promise<Section>;
}

/** A section of docs/benchmarks.md. */
export interface Section {
  readonly title: string;
  /** Paragraphs before the tables: what was measured, and how. */
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  /** Figures by a short name, such as `flat/postgraphile`, from which the table of aims is made. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A table. Its first column is text, the others are figures. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}
