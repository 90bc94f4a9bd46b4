import { getOperationAST, Kind, OperationTypeNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { refusedInPlace } from '../graphql/errors.ts';
import { placeVariables } from './input-places.ts';
import { executePlanned } from './planned-execution.ts';
import type { RunBounds } from './run-plan.ts';

/** The arguments of an execution with the context that the schema's resolvers need. */
export type OperationArgs = ExecutionArgs & { readonly contextValue: Context };

/**
 * Executes an operation. Fields have the order of the selection. The version of the store is read before all
 * fields of a query, so that its feed cursor is not newer than its lists, and so that fields can return what
 * is known of that version at once.
 */
export async function executeOperation(args: OperationArgs, bounds?: RunBounds): Promise<ExecutionResult> {
  // A failure becomes the error of each field that reads.
  if (readsStore(args)) await args.contextValue.version().catch(() => undefined);
  const result = await executePlanned(args, bounds);
  if (result.errors === undefined) return result;
  return { ...result, errors: placeVariables(args, result.errors).map(refusedInPlace) };
}

/** Whether the operation is a query that selects more than introspection. */
function readsStore({ document, operationName }: ExecutionArgs): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) return false;
  return operation.selectionSet.selections.some(
    (each) => each.kind !== Kind.FIELD || !each.name.value.startsWith('__'),
  );
}
