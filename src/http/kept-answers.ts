import { LRUCache } from 'lru-cache';
import type { Context } from '../graphql/context.ts';
import type { ParsedOperation } from '../pipeline/operation-context.ts';
import type { Answer } from './answer.ts';

/** Total size of the answers that are kept, in bytes, with the requests that they answer. */
export const KEPT_BYTES = 64_000_000;
/** Longest answer that is kept, in bytes, with its request. */
export const KEPT_ANSWER_BYTES = 2_000_000;
/** The part of `KEPT_BYTES` for answers that do not depend on the store. */
const LASTING_BYTES = 8_000_000;
/** What an answer takes in memory apart from its request and its body, roughly. */
const OVERHEAD_BYTES = 1_000;

/** A finished answer, with what the log says about its operation. */
export interface KeptAnswer extends Answer {
  readonly operation: ParsedOperation | undefined;
}

interface VersionedAnswer extends KeptAnswer {
  /** The key of the version of the store that the answer was made for. */
  readonly version: string;
}

/**
 * Finished answers to queries, by the text of the request. An answer is used again only if it does not depend
 * on the store, or while the store has the version that the answer was made for. So no caller gets an answer
 * from before anything that was committed before the request arrived.
 */
export class KeptAnswers {
  readonly #lasting = cache<KeptAnswer>(LASTING_BYTES);
  readonly #versioned = cache<VersionedAnswer>(KEPT_BYTES - LASTING_BYTES);
  /** The key of the version that was read last. */
  #version: string | undefined;

  /**
   * The answer to a request, if one is kept that is exact now. `openContext` makes the context in which the
   * operation would run otherwise; it is called only to read the version.
   */
  async find(request: string, openContext: () => Context): Promise<KeptAnswer | undefined> {
    const lasting = this.#lasting.get(request);
    if (lasting !== undefined || !this.#versioned.has(request)) return lasting;
    try {
      const { key } = await openContext().version();
      // A version never comes back, so answers of earlier ones are of no use.
      if (key !== this.#version) this.#versioned.clear();
      this.#version = key;
      const kept = this.#versioned.get(request);
      return kept?.version === key ? kept : undefined;
    } catch {
      // The operation will report it.
      return undefined;
    }
  }

  /** Keeps the answer to a query without errors that ran in `context`, unless another run may differ. */
  async keep(request: string, answer: KeptAnswer, context: Context): Promise<void> {
    if (context.incomplete) return;
    if (context.touched) {
      const { key: version } = await context.version();
      this.#versioned.set(request, { ...answer, version });
    } else this.#lasting.set(request, answer);
  }
}

function cache<Value extends KeptAnswer>(maxSize: number): LRUCache<string, Value> {
  return new LRUCache({
    maxSize,
    maxEntrySize: KEPT_ANSWER_BYTES,
    // Two bytes for each character of the request.
    sizeCalculation: ({ body }, request) => body.length + 2 * request.length + OVERHEAD_BYTES,
  });
}
