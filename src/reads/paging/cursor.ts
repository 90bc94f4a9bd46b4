import { createHash } from 'node:crypto';
import { InputError } from '../../errors/input-error.ts';
import { isDay } from '../../time/day.ts';
import type { KeyType, KeyValue, Order } from './keyset.ts';

/** A row's place in a list, good for the lists of the same `scope` alone. */
export function encodeCursor(scope: string, values: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify([digest(scope), ...values])).toString('base64url');
}

/** The key values that a cursor of this scope and order holds. Throws InputError (CURSOR_INVALID) for any other text. */
export function decodeCursor(
  cursor: string,
  { scope, order, argument }: { scope: string; order: Order; argument: string },
): KeyValue[] {
  const [mark, ...values] = parse(cursor);
  const fits =
    mark === digest(scope) &&
    values.length === order.length &&
    order.every(({ type }, index) => CHECKS[type](values[index]));
  if (fits) return values as KeyValue[];
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

/** Short, as it only has to tell a program's mistake: what a cursor holds is no secret and needs no protection. */
function digest(scope: string): string {
  return createHash('sha256').update(scope).digest('base64url').slice(0, 8);
}

const CHECKS: Record<KeyType, (value: unknown) => boolean> = {
  date: (value) => typeof value === 'string' && isDay(value),
  int: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  real: (value) => typeof value === 'number' && fitsReal(value),
  text: (value) => typeof value === 'string' && !value.includes('\0'),
  timestamptz: (value) => typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10)),
  uuid: (value) => typeof value === 'string' && UUID.test(value),
};

/** Postgres refuses numbers that are no real's: those too large, and those so near to 0 that they would become it. */
function fitsReal(value: number): boolean {
  const real = Math.fround(value);
  return Number.isFinite(real) && (real !== 0 || value === 0);
}

const INSTANT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
