import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { AbandonedError, askingFor, currentAsker, type Asker } from '../../database/asker.ts';
import type { Maybe } from './maybe.ts';
import { sizeOf } from './size-of.ts';

/**
 * Size of the values that a cache keeps, in characters. A character takes one or two bytes in memory: these
 * are 32 to 64 MB.
 */
const KEPT_CHARACTERS = 32_000_000;

/** Size of the largest value that is kept, as a share of the cache. */
const LARGEST = 1 / 8;

/** Reads a value by its key: at once if it is known. */
export type Load<Key, Value> = (key: Key) => Maybe<Value>;

/** Reads the values of keys, in their order. */
export type ReadAll<Key, Value> = (keys: readonly Key[]) => Promise<readonly Value[]>;

/** How a loader finds its values. */
export interface LoaderOptions<Key, Value> {
  readonly read: ReadAll<Key, Value>;
  /** Text that differs for different keys; for a number or text, the key itself. */
  readonly identify?: ((key: Key) => string) | undefined;
}

/**
 * What was read of one version of the store. All operations that read this version share it, and values of
 * all kinds share its size: the cache drops those first that were not used for the longest time. It does not
 * keep failures.
 */
export class ReadCache {
  readonly #kept: LRUCache<string, { readonly value: unknown }>;
  #loaders = 0;

  /** `characters` is the size of all values together. */
  constructor(characters = KEPT_CHARACTERS) {
    this.#kept = new LRUCache({
      maxSize: characters,
      maxEntrySize: Math.floor(characters * LARGEST),
    });
  }

  /**
   * The value of a key: known already, being read, or read now. Throws or rejects as `read` does. The key must
   * begin with a name for its kind of value.
   */
  get<Value>(key: string, read: () => Maybe<Value>): Maybe<Value> {
    const known = this.#kept.get(key);
    if (known === undefined) return this.#read(key, read);
    const value = known.value as Maybe<Value>;
    return value instanceof Promise ? again(value, () => this.get(key, read)) : value;
  }

  #read<Value>(key: string, read: () => Maybe<Value>): Maybe<Value> {
    const value = read();
    if (value instanceof Promise) this.#keepLater(key, value);
    else this.#keep(key, value);
    return value;
  }

  /** Makes a loader. Keys that are loaded in the same turn of the event loop are read together. */
  loader<Key, Value>({ read, identify = String }: LoaderOptions<Key, Value>): Load<Key, Value> {
    const load = inBatches(read);
    this.#loaders += 1;
    const prefix = `${this.#loaders} `;
    return (key) => this.get(prefix + identify(key), async () => await load(key));
  }

  /** The loader of a name, made when it is first needed: for those that depend on a client's arguments. */
  loaderOf<Key, Value>(name: string, options: () => LoaderOptions<Key, Value>): Load<Key, Value> {
    return this.#remember(name, () => this.loader(options()));
  }

  /** Collects the keys that are read in the same turn of the event loop, without keeping their values. */
  batchOf<Key, Value>(name: string, read: () => ReadAll<Key, Value>): (key: Key) => Promise<Value> {
    return this.#remember(name, () => inBatches(read()));
  }

  #remember<Value>(key: string, make: () => Value): Value {
    const known = this.#kept.get(key);
    if (known !== undefined) return known.value as Value;
    const value = make();
    this.#keep(key, value);
    return value;
  }

  #keep(key: string, value: unknown): void {
    this.#kept.set(key, { value }, { size: key.length + sizeOf(value) });
  }

  #keepLater(key: string, reading: Promise<unknown>): void {
    this.#kept.set(key, { value: reading }, { size: key.length + 1 });
    const isKept = (): boolean => this.#kept.peek(key)?.value === reading;
    reading.then(
      (value) => isKept() && this.#keep(key, value),
      () => isKept() && this.#kept.delete(key),
    );
  }
}

/** Reads the keys of one turn of the event loop together, for the operation that asks first. */
function inBatches<Key, Value>(read: ReadAll<Key, Value>): (key: Key) => Promise<Value> {
  let first: Asker | undefined;
  const batches = new DataLoader<Key, Value>(
    async (keys) => {
      const operation = first;
      first = undefined;
      return await askingFor(operation, () => read(keys));
    },
    { cache: false },
  );
  const load = async (key: Key): Promise<Value> => {
    first ??= currentAsker();
    return await again(batches.load(key), async () => await load(key));
  };
  return load;
}

/** What another operation may have begun to read. If it ends before, `read` reads it again. */
async function again<Value>(reading: Promise<Value>, read: () => Maybe<Value>): Promise<Value> {
  const operation = currentAsker();
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof AbandonedError) || operation?.signal.aborted === true) throw error;
    return await askingFor(operation, read);
  }
}
