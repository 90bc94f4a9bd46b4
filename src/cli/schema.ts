import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../graphql/schema.ts';
import type { Io } from './io.ts';

/** `papergraph schema`: prints the GraphQL schema as SDL, sorted by name. Returns the exit status. */
export function printSdl({ stdout }: Io): number {
  stdout.write(`${printSchema(lexicographicSortSchema(schema))}\n`);
  return 0;
}
