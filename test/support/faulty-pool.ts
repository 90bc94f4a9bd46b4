import type pg from 'pg';

/** A statement that is about to be sent. */
export interface Sent {
  readonly text: string;
  readonly values: unknown[];
  /** What it is prepared under; undefined where it is not. */
  readonly name: string | undefined;
}

/** Told of a statement before it runs: what it waits for, the statement waits for; what it throws, the statement fails with. */
type OnStatement = (statement: Sent) => void | Promise<void>;

/** The same pool, whose statements a test may hold or fail. */
export function faultyPool(pool: pg.Pool, onStatement: OnStatement): pg.Pool {
  return watched(pool, onStatement);
}

function watched<T extends object>(target: T, onStatement: OnStatement): T {
  return new Proxy(target, {
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (key === 'connect') return async () => watched((await call()) as object, onStatement);
      if (key !== 'query') return call;
      return async (query: string | pg.QueryConfig) => {
        const { text, values = [], name } = typeof query === 'string' ? { text: query } : query;
        await onStatement({ text, values, name });
        return await call(query);
      };
    },
  });
}
