import { createHash } from 'node:crypto';
import { CursorError } from './input-error.ts';

/** What a cursor is good for: one list, under one parent, in one order. */
export type Scope = readonly string[];

/** A place in a list, as the values of its sort keys; opaque to clients. */
export function encodeCursor(scope: Scope, keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([mark(scope), ...keys])).toString('base64url');
}

/** The sort keys that a cursor of this very list holds. Throws CursorError for any other text. */
export function decodeCursor(
  argument: string,
  cursor: string,
  { scope, keys }: { scope: Scope; keys: number },
): string[] {
  const [found, ...values] = parse(cursor);
  if (found === mark(scope) && values.length === keys && values.every((value) => typeof value === 'string'))
    return values;
  throw new CursorError(
    [argument],
    `expected a cursor of this list, got ${JSON.stringify(cursor.slice(0, 80))}`,
  );
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Short: it only tells lists apart, it keeps no secret. */
function mark(scope: Scope): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url').slice(0, 8);
}
