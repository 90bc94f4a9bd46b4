import { execute, visit, BREAK, type DocumentNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Context } from './context.ts';
import { refusedInPlace } from './errors.ts';
import { placeVariables } from './input-places.ts';

const FEED_CURSOR = 'feedCursor';

/**
 * Executes a query or mutation with graphql-js, whose answers have their fields in the order in which they were asked for.
 * Where the operation asks for the feed's cursor, that is read before all else.
 */
export async function executeOperation(args: ExecutionArgs): Promise<ExecutionResult> {
  const context = args.contextValue as Context;
  if (namesFeedCursor(args.document)) {
    // Where it fails, the field says so in its own place: read again, it could be newer than the list beside it.
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
