import type { DigestProblem } from '../../digest/digest.ts';
import type { Problem } from './report.ts';

const KEPT = 1_000;
// In UTF-16 code units. Messages quote short pieces of a file, but a few, such as categories, whole.
const LONGEST_MESSAGE = 1_000;

/** Collects the problems of a file: keeps the first 1,000 and counts the others. */
export class Problems {
  readonly #kept: Problem[] = [];
  #more = 0;
  #rejected = 0;

  /** The number of entries that were rejected. */
  get rejected(): number {
    return this.#rejected;
  }

  /** Adds one problem; cuts its message to 1,000 characters. */
  add({ severity, line, arxivId, message }: DigestProblem): void {
    if (severity === 'REJECTED') this.#rejected += 1;
    if (this.#kept.length === KEPT) this.#more += 1;
    else this.#kept.push({ severity, line: line ?? null, arxivId: arxivId ?? null, message: cut(message) });
  }

  /** The problems that were kept, then a warning with the number of the others, if there are any. */
  list(): Problem[] {
    const more = this.#more;
    return more === 0 ? this.#kept : [...this.#kept, warning(`${more} more problem${more === 1 ? '' : 's'}`)];
  }
}

/** A warning about a file as a whole. */
export function warning(message: string): Problem {
  return { severity: 'WARNING', line: null, arxivId: null, message };
}

/** Cuts between characters: Postgres rejects half of a surrogate pair. */
function cut(message: string): string {
  return message.slice(0, LONGEST_MESSAGE).replace(/[\uD800-\uDBFF]$/, '');
}
