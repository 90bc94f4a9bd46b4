import { getOperationAST, getVariableValues, parse, validate, type DocumentNode } from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import { priceOf } from '../../src/pipeline/pricing.ts';

/** Variables of an operation by their names. */
export type Values = Readonly<Record<string, unknown>>;

/** The price of the only operation of a document. Undefined if the variables are wrong. */
export function priceOfDocument(document: DocumentNode, values: Values = {}): number | undefined {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('expected one operation');
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], values);
  return coerced && priceOf({ schema, document, operation, variables: coerced });
}

/** The price of an operation. Throws if it is not valid, or if its variables are wrong. */
export function price(text: string, values: Values = {}): number {
  const document = parse(text);
  const [error] = validate(schema, document);
  if (error !== undefined) throw error;
  const points = priceOfDocument(document, values);
  if (points === undefined) throw new Error('expected right variables');
  return points;
}
