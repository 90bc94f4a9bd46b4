import SchemaBuilder from '@pothos/core';
import type { Context } from './context.ts';

/**
 * Pothos' schema builder. Importing a file of types/ adds its types. Resolvers reach the store only through
 * the context, so that loaders can batch the reads of one operation. Fields are non-null unless they say
 * otherwise.
 */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    // No argument takes an instant: clients page by cursor, not by time.
    DateTime: { Input: never; Output: Date };
    Date: { Input: string; Output: string };
    URL: { Input: string; Output: string };
    FeedCursor: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });
