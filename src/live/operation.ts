import {
  getOperationAST,
  GraphQLError,
  parse,
  type DocumentNode,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { validateDocument } from '../graphql/input-places.ts';

/** What a client asks to be run. */
export interface OperationParams {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** An operation that the schema can answer. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variableValues: Record<string, unknown> | undefined;
  readonly type: OperationTypeNode;
}

/** Prepares an operation; gives errors where it cannot be run. */
export type PrepareOperation = (params: OperationParams) => Operation | readonly GraphQLError[];

/** Of the texts of documents that are remembered; the trees parsed from them are a hundred times as large. */
const CHARACTERS_KEPT = 1_000_000;

/** Parses and validates; equal texts give one document, as long as it is remembered. */
export function operationPreparer(schema: GraphQLSchema): PrepareOperation {
  const documents = new LRUCache<string, DocumentNode | readonly GraphQLError[]>({
    maxSize: CHARACTERS_KEPT,
    sizeCalculation: (_document, query) => query.length + 1,
  });
  const read = (query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.get(query);
    if (known !== undefined) return known;
    const result = parseAndValidate(schema, query);
    documents.set(query, result);
    return result;
  };
  return ({ query, operationName, variables }) => {
    const document = read(query);
    if (!('kind' in document)) return document;
    const name = operationName ?? undefined;
    const operation = getOperationAST(document, name);
    if (!operation)
      return [invalid(new GraphQLError('operationName: expected the name of one of its operations'))];
    return {
      schema,
      document,
      operationName: name,
      variableValues: variables ?? undefined,
      type: operation.operation,
    };
  };
}

function parseAndValidate(schema: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query);
    const errors = validateDocument(schema, document);
    return errors.length === 0 ? document : errors.map(invalid);
  } catch (error) {
    return [invalid(error instanceof GraphQLError ? error : new GraphQLError('query: cannot be parsed'))];
  }
}

function invalid(error: GraphQLError): GraphQLError {
  error.extensions['code'] ??= 'GRAPHQL_VALIDATION_FAILED';
  return error;
}
