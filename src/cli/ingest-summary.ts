import type { IngestStatus } from '../database/generated/enums.ts';

/** Counts the outcomes of the files of one `papergraph ingest`, for its last lines. */
export class IngestSummary {
  readonly #refused: string[] = [];
  readonly #partial: string[] = [];
  #accepted = 0;

  /** Counts a file, under the name that the user gave it. */
  add(name: string, status: IngestStatus): void {
    if (status === 'REFUSED') {
      this.#refused.push(name);
      return;
    }
    this.#accepted += 1;
    if (status === 'PARTIAL') this.#partial.push(name);
  }

  /** Whether no file and no entry was refused. */
  get complete(): boolean {
    return this.#refused.length + this.#partial.length === 0;
  }

  /**
   * One line per file that was refused or of which entries were refused. Empty for a single file, whose
   * problems have been printed already.
   */
  losses(): string[] {
    if (this.#files < 2) return [];
    return [
      ...this.#partial.map((name) => `accepted in part: ${name}`),
      ...this.#refused.map((name) => `refused: ${name}`),
    ];
  }

  /** The last line, such as `9 files: 7 accepted, 2 refused`; undefined for a single file. */
  total(): string | undefined {
    if (this.#files < 2) return undefined;
    const part = this.#partial.length === 0 ? '' : `; ${this.#partial.length} accepted in part`;
    return `${this.#files} files: ${this.#counts}${part}`;
  }

  /**
   * The last line after an interruption: the counts so far, and the files that were not reached (`left`, in
   * order).
   */
  interrupted(left: readonly string[]): string {
    const [first, ...after] = left;
    const all = this.#files + left.length;
    const what = after.length === 0 ? first : `${first} and the ${after.length} after it`;
    const done = all === 1 ? '' : `${all} files: ${this.#counts}; `;
    return `stopped early: ${done}nothing stored of ${what}`;
  }

  get #files(): number {
    return this.#accepted + this.#refused.length;
  }

  get #counts(): string {
    return `${this.#accepted} accepted, ${this.#refused.length} refused`;
  }
}
