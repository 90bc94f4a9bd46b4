import { createHash } from 'node:crypto';
import { InputError } from '../../errors/input-error.ts';
import { isDay } from '../../time/day.ts';
import type { KeyType, KeyValue, Order } from './keyset.ts';

/**
 * What the cursors of a list are bound to, as short text. It only detects mistakes of clients: cursors hold no
 * secrets, so they need no signature.
 */
export function cursorScopeOf(scope: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url').slice(0, 8);
}

/** A cursor: the sort keys of a row, and what it is bound to. */
export function encodeCursor(scope: string, values: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify([scope, ...values])).toString('base64url');
}

/**
 * The sort keys in a cursor of this scope and order. Throws InputError (CURSOR_INVALID) for any other text.
 */
export function decodeCursor(
  cursor: string,
  { scope, order, argument }: { readonly scope: string; readonly order: Order; readonly argument: string },
): KeyValue[] {
  const [bound, ...values] = parse(cursor);
  const isKey = (value: unknown, index: number): value is KeyValue => {
    const key = order[index];
    return key !== undefined && CHECKS[key.type](value);
  };
  if (bound === scope && values.length === order.length && values.every(isKey)) return values;
  throw new InputError([argument], `${argument}: expected a cursor of this very list`, {
    code: 'CURSOR_INVALID',
  });
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

const CHECKS: Record<KeyType, (value: unknown) => boolean> = {
  date: (value) => typeof value === 'string' && isDay(value),
  int: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  real: (value) => typeof value === 'number' && fitsReal(value),
  text: (value) => typeof value === 'string' && !value.includes('\0'),
  timestamptz: (value) => typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10)),
  uuid: (value) => typeof value === 'string' && UUID.test(value),
};

/** Postgres rejects a number that overflows a `real`, or underflows to 0 in one. */
function fitsReal(value: number): boolean {
  const real = Math.fround(value);
  return Number.isFinite(real) && (real !== 0 || value === 0);
}

const INSTANT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
