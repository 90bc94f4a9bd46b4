import { execute, visit, BREAK, type DocumentNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { refusedInPlace } from '../graphql/errors.ts';
import { placeVariables } from './input-places.ts';

const FEED_CURSOR = 'feedCursor';

/** The arguments of an execution with the context that the schema's resolvers need. */
export type OperationArgs = ExecutionArgs & { readonly contextValue: Context };

/**
 * Executes an operation with graphql-js, which returns fields in the order of the selection. If the operation
 * selects `feedCursor`, the cursor is read before all other fields, so that a list joins the feed without a
 * gap.
 */
export async function executeOperation(args: OperationArgs): Promise<ExecutionResult> {
  const context = args.contextValue;
  if (namesFeedCursor(args.document)) {
    // A failure becomes the error of the field. Reading the cursor again there could return one newer than
    // the list.
    context.feedCursor = context.feed.cursor();
    await context.feedCursor.catch(() => undefined);
  }
  const result = await execute(args);
  if (result.errors === undefined) return result;
  return { ...result, errors: placeVariables(args, result.errors).map(refusedInPlace) };
}

const known = new WeakMap<DocumentNode, boolean>();

function namesFeedCursor(document: DocumentNode): boolean {
  let named = known.get(document);
  if (named === undefined) {
    named = false;
    visit(document, {
      Field: ({ name }) => {
        if (name.value !== FEED_CURSOR) return undefined;
        named = true;
        return BREAK;
      },
    });
    known.set(document, named);
  }
  return named;
}
