import { LRUCache } from 'lru-cache';
import type { ReadStoreVersion, StoreVersion } from '../events/store-version.ts';
import type { Context } from '../graphql/context.ts';
import type { Cost } from '../pipeline/cost.ts';
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
  /** Without what a client has left. */
  readonly cost: Cost | undefined;
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
  readonly #readVersion: ReadStoreVersion;

  constructor(readVersion: ReadStoreVersion) {
    this.#readVersion = readVersion;
  }

  /**
   * The answer to a request, if one is kept that is exact now. Otherwise the version of the store, if it had to
   * be read: a rejected promise if that failed, which the operation reports.
   */
  async find(request: string): Promise<{ answer?: KeptAnswer; version?: Promise<StoreVersion> }> {
    const answer = this.#lasting.get(request);
    if (answer !== undefined) return { answer };
    if (!this.#versioned.has(request)) return {};
    const version = this.#readVersion();
    const key = await version.then(
      (read) => read.key,
      () => undefined,
    );
    if (key === undefined) return { version };
    // A version never comes back, so answers of earlier ones are of no use.
    if (key !== this.#version) this.#versioned.clear();
    this.#version = key;
    const kept = this.#versioned.get(request);
    return kept?.version === key ? { answer: kept } : { version };
  }

  /** Keeps the answer to a query without errors that ran in `context`, unless another run may differ. */
  async keep(request: string, answer: KeptAnswer, context: Context): Promise<void> {
    if (context.incomplete) return;
    if (!context.touched) {
      this.#lasting.set(request, answer);
      return;
    }
    // Without its version, nothing would show when the answer is out of date.
    const version = await context.version().catch(() => undefined);
    if (version === undefined) return;
    this.#version ??= version.key;
    this.#versioned.set(request, { ...answer, version: version.key });
  }
}

function cache<Value extends KeptAnswer>(maxSize: number): LRUCache<string, Value> {
  return new LRUCache({
    maxSize,
    maxEntrySize: KEPT_ANSWER_BYTES,
    // Two bytes for each character of the request.
    sizeCalculation: ({ body, open }, request) =>
      body.length + (open?.bytes.length ?? 0) + 2 * request.length + OVERHEAD_BYTES,
  });
}
