import type { DigestProblem } from '../digest/digest.ts';
import type { Problem } from './report.ts';

const KEPT = 1_000;
// Messages quote little of a file; what they quote whole, such as a category, is bounded here.
const LONGEST_MESSAGE = 1_000;

/** The problems of a file: the first 1,000, and how many more there are. */
export class Problems {
  readonly #kept: Problem[] = [];
  #more = 0;
  #rejected = 0;

  /** How many entries were left out. */
  get rejected(): number {
    return this.#rejected;
  }

  add({ severity, line, arxivId, message }: DigestProblem): void {
    if (severity === 'REJECTED') this.#rejected += 1;
    if (this.#kept.length === KEPT) this.#more += 1;
    else this.#kept.push({ severity, line: line ?? null, arxivId: arxivId ?? null, message: cut(message) });
  }

  list(): Problem[] {
    const more = this.#more;
    return more === 0 ? this.#kept : [...this.#kept, warning(`${more} more problem${more === 1 ? '' : 's'}`)];
  }
}

/** A warning about a file as a whole. */
export function warning(message: string): Problem {
  return { severity: 'WARNING', line: null, arxivId: null, message };
}

/** Cut between characters: half of a pair is no text for Postgres. */
function cut(message: string): string {
  return message.slice(0, LONGEST_MESSAGE).replace(/[\uD800-\uDBFF]$/, '');
}
