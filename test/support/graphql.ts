import { parse, validate, type ExecutionResult } from 'graphql';
import { createContextFactory } from '../../src/graphql/context.ts';
import { executeOperation } from '../../src/pipeline/execute.ts';
import { schema } from '../../src/graphql/schema.ts';
import type { Database } from '../../src/database/connect.ts';

/** What one statement was for, and how many rows it gave. */
interface Ran {
  readonly name: string;
  readonly rows: number;
}

/** An answer, and the statements that it took. */
interface Answer<Data> {
  readonly data: Data;
  readonly errors: ExecutionResult['errors'];
  readonly statements: readonly Ran[];
}

/** Asks a store, each time with a context of its own. */
export type Query = <Data = Record<string, never>>(
  document: string,
  variables?: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** How long facets and the like may take where a test is not about that limit: the machine may be busy. */
export const PATIENT_MS = 120_000;

/** Asks a store in GraphQL. A document that is not valid throws; errors of execution are part of the answer. */
export function queryOf(
  database: Pick<Database, 'pool'>,
  { prepared = true, slowMs = PATIENT_MS }: { prepared?: boolean; slowMs?: number } = {},
): Query {
  return async <Data>(document: string, variables: Record<string, unknown> = {}): Promise<Answer<Data>> => {
    const statements: Ran[] = [];
    const createContext = createContextFactory({
      database,
      prepared,
      slowMs,
      onStatement: (statement) => statements.push(statement),
    });
    const parsed = parse(document);
    const [invalid] = validate(schema, parsed);
    if (invalid !== undefined) throw invalid;
    const contextValue = createContext();
    const result = await executeOperation({
      schema,
      document: parsed,
      contextValue,
      variableValues: variables,
    });
    return { data: result.data as Data, errors: result.errors, statements };
  };
}
