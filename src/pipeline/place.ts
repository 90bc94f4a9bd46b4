import { GraphQLError, locatedError } from 'graphql';
import type { FieldPlan, Shape } from './operation-plan.ts';

/** An object of the answer: values by the keys of fields. */
export type Answer = Record<string | number, unknown>;

/** A place in the answer: of an object, a list or a promise. */
export interface Place {
  readonly field: FieldPlan;
  readonly shape: Shape;
  /** The object or list that the place is part of. */
  readonly holder: Answer | unknown[];
  readonly key: string | number;
  /** The place of the holder; undefined if that is the whole answer. */
  readonly parent: Place | undefined;
  /** Whether the place is null because of an error. What is below it is then no part of the answer. */
  isNull: boolean;
}

/** Null, if a place may be null where an error occurred. Else throws the error. */
export function nullFor(error: unknown, place: Place, errors: GraphQLError[]): null {
  place.isNull = true;
  const inPlace = located(error, place);
  if (place.shape.nonNull) throw inPlace;
  errors.push(inPlace);
  return null;
}

/** An error with the nodes and the path of its place. */
export function located(error: unknown, place: Place): GraphQLError {
  const path: (string | number)[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) path.unshift(at.key);
  return locatedError(error, place.field.nodes, path);
}

/** Whether an error has nulled the place or one around it. */
export function isCutOff(place: Place): boolean {
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) if (at.isNull) return true;
  return false;
}

/** Puts a value into its place. */
export function put({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}
