import { expect } from 'vitest';

/** The `extensions` of an answer to a query or mutation: its cost, whatever that is. */
export const EXTENSIONS: unknown = {
  cost: expect.objectContaining({ requested: expect.any(Number) as number }) as object,
};
