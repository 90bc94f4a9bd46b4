import SchemaBuilder from '@pothos/core';
import type { Context } from './context.ts';

/** The schema's builder. The files in types/ add to it; all that they read goes through the context. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: never; Output: Date };
    Date: { Input: string; Output: string };
    URL: { Input: string; Output: string };
    FeedCursor: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });
