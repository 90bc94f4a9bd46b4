import { carried } from '../../database/asker.ts';

/** A value, or the promise of one. Values that are known are passed on without a promise. */
export type Maybe<Value> = Value | Promise<Value>;

/** What `make` makes of a value: at once if the value is known. */
export function andThen<Value, Next>(value: Maybe<Value>, make: (value: Value) => Maybe<Next>): Maybe<Next> {
  return value instanceof Promise ? value.then(carried(make)) : make(value);
}

/** All values: at once if all are known. */
export function allOf<Value>(values: readonly Maybe<Value>[]): Maybe<readonly Value[]> {
  const isKnown = (value: Maybe<Value>): value is Value => !(value instanceof Promise);
  return values.every(isKnown) ? values : Promise.all(values);
}
