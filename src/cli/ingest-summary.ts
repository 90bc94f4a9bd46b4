import type { IngestStatus } from '../database/generated/enums.ts';

/** What became of the files of one `papergraph ingest`, for the lines that end it. */
export class IngestSummary {
  readonly #refused: string[] = [];
  readonly #partial: string[] = [];
  #taken = 0;

  /** Counts a file, named as the user would name it. */
  add(name: string, status: IngestStatus): void {
    if (status === 'REFUSED') {
      this.#refused.push(name);
      return;
    }
    this.#taken += 1;
    if (status === 'PARTIAL') this.#partial.push(name);
  }

  /** Whether nothing was refused, neither a file nor an entry. */
  get complete(): boolean {
    return this.#refused.length + this.#partial.length === 0;
  }

  /** The files that lost something, one a line; none where there was one file only, whose problems are said already. */
  losses(): string[] {
    if (this.#files < 2) return [];
    return [
      ...this.#partial.map((name) => `taken in part: ${name}`),
      ...this.#refused.map((name) => `refused: ${name}`),
    ];
  }

  /** The last line, such as `9 files: 7 taken, 2 refused`; undefined where there was one file only. */
  total(): string | undefined {
    if (this.#files < 2) return undefined;
    const part = this.#partial.length === 0 ? '' : `; ${this.#partial.length} taken in part`;
    return `${this.#files} files: ${this.#counts}${part}`;
  }

  /** What was stored, and what was not, where the rest of the files (`left`, in order, named) was not reached. */
  interrupted(left: readonly string[]): string {
    const [first, ...after] = left;
    const all = this.#files + left.length;
    const what = after.length === 0 ? first : `${first} and the ${after.length} after it`;
    const done = all === 1 ? '' : `${all} files: ${this.#counts}; `;
    return `stopped early: ${done}nothing stored of ${what}`;
  }

  get #files(): number {
    return this.#taken + this.#refused.length;
  }

  get #counts(): string {
    return `${this.#taken} taken, ${this.#refused.length} refused`;
  }
}
