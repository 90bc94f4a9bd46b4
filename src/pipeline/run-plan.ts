import {
  defaultTypeResolver,
  getArgumentValues,
  GraphQLError,
  isObjectType,
  locatedError,
  type ExecutionResult,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import { requestError } from './failures.ts';
import { FieldInfo, type RunValues } from './field-info.ts';
import type { FieldPlan, OperationPlan, Shape, Values } from './operation-plan.ts';
import { isCutOff, located, nullFor, put, type Answer, type Place } from './place.ts';

/** When an execution ends before its answer is complete: without data, and with one error. */
export interface RunBounds {
  /** Length of the answer as JSON, roughly, in characters. */
  readonly maxAnswerCharacters: number;
  /** Ends the execution with the error that is its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Executes a query, or a subscription for one event, by its plan. The result is that of graphql-js. Values
 * that are known become part of the answer at once. The place of a promise is left free and filled later, so
 * that a promise costs nothing but itself. Never rejects.
 */
export async function runPlan(
  plan: OperationPlan,
  values: RunValues,
  bounds: RunBounds,
): Promise<ExecutionResult> {
  const { signal } = bounds;
  const run = new PlanRun(plan, values, bounds);
  const end = (): void => run.fail(signal?.reason);
  if (signal?.aborted === true) end();
  signal?.addEventListener('abort', end);
  try {
    return await run.start();
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** What the resolvers of a field get in one execution, whatever the object. */
interface FieldRun {
  readonly args: Values;
  readonly info: GraphQLResolveInfo;
}

class PlanRun {
  readonly #plan: OperationPlan;
  readonly #values: RunValues;
  /** By the index of the field. */
  readonly #fieldRuns: FieldRun[] = [];
  readonly #errors: GraphQLError[] = [];
  #data: Answer | null = null;
  /** Number of promises that are waited for. */
  #pending = 0;
  #ended = false;
  #end: ((result: ExecutionResult) => void) | undefined;
  readonly #mostText: number;
  /** Characters that the answer may still have. */
  #textLeft: number;

  constructor(plan: OperationPlan, values: RunValues, { maxAnswerCharacters }: RunBounds) {
    this.#plan = plan;
    this.#values = values;
    this.#mostText = maxAnswerCharacters;
    this.#textLeft = maxAnswerCharacters;
  }

  start(): ExecutionResult | Promise<ExecutionResult> {
    try {
      const data = this.#object(this.#plan.root, this.#values.rootValue, undefined);
      if (!this.#ended) this.#data = data;
    } catch (error) {
      this.fail(error);
    }
    if (this.#ended || this.#pending === 0) return this.#result();
    return new Promise((resolve) => (this.#end = resolve));
  }

  #result(): ExecutionResult {
    this.#ended = true;
    const [errors, data] = [this.#errors, this.#data];
    return errors.length === 0 ? { data } : { errors, data };
  }

  /** Ends the execution without data. A GraphQLError says where it occurred. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#errors.push(error instanceof GraphQLError ? error : locatedError(error, undefined));
    this.#data = null;
    this.#ended = true;
    this.#end?.(this.#result());
  }

  /** Throws a located GraphQLError if a field that must not be null has failed. So do the methods below. */
  #object(fields: readonly FieldPlan[], source: unknown, parent: Place | undefined): Answer {
    const answer: Answer = {};
    for (const field of fields) {
      if (this.#ended) break;
      answer[field.key] = this.#field(field, source, answer, parent);
    }
    return answer;
  }

  #field(field: FieldPlan, source: unknown, holder: Answer, parent: Place | undefined): unknown {
    const { shape, key } = field;
    let place: Place | undefined;
    try {
      const value = this.#resolve(field, source);
      if (shape.kind === 'leaf' && !(value instanceof Promise)) return this.#leaf(value, shape, field);
      place = { field, shape, holder, key, parent, isNull: false };
      return value instanceof Promise ? this.#later(place, value) : this.#complete(place, value);
    } catch (error) {
      return nullFor(error, place ?? { field, shape, holder, key, parent, isNull: false }, this.#errors);
    }
  }

  #item(value: unknown, shape: Shape, holder: unknown[], list: Place): unknown {
    const { field } = list;
    const key = holder.length;
    let place: Place | undefined;
    try {
      if (shape.kind === 'leaf' && !(value instanceof Promise)) return this.#leaf(value, shape, field);
      place = { field, shape, holder, key, parent: list, isNull: false };
      return value instanceof Promise ? this.#later(place, value) : this.#complete(place, value);
    } catch (error) {
      return nullFor(
        error,
        place ?? { field, shape, holder, key, parent: list, isNull: false },
        this.#errors,
      );
    }
  }

  #resolve(field: FieldPlan, source: unknown): unknown {
    if (field.property !== undefined) {
      if (typeof source !== 'object' || source === null) return undefined;
      const value = (source as Answer)[field.property];
      if (typeof value !== 'function') return value;
    }
    const { args, info } = (this.#fieldRuns[field.index] ??= this.#fieldRun(field));
    return field.resolve(source, args, this.#values.contextValue, info);
  }

  #fieldRun(field: FieldPlan): FieldRun {
    const args = getArgumentValues(field.definition, field.nodes[0], this.#values.variableValues);
    return { args, info: new FieldInfo(this.#plan, this.#values, field) };
  }

  #complete(place: Place, value: unknown): unknown {
    const { shape, field } = place;
    if (shape.kind === 'leaf') return this.#leaf(value, shape, field);
    if (isAbsent(value, shape, field)) return null;
    if (shape.kind === 'list') return this.#list(place, value, shape.item);
    const type = shape.kind === 'object' ? shape.type : this.#typeOf(value, shape.type, field);
    return this.#object(this.#plan.below(field, type), value, place);
  }

  #list(place: Place, value: unknown, shape: Shape): unknown[] {
    if (!isIterable(value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${nameOf(place.field)}".`);
    const answer: unknown[] = [];
    try {
      for (const item of value) {
        if (this.#ended) break;
        answer.push(this.#item(item, shape, answer, place));
      }
    } catch (error) {
      // Nothing will wait for the items after the one that failed.
      for (const item of value) if (item instanceof Promise) item.catch(() => {});
      throw error;
    }
    return answer;
  }

  #leaf(value: unknown, shape: Leaf, field: FieldPlan): unknown {
    const text = leaf(value, shape, field);
    // Quotes, a colon and a comma; a value that is no text is about as short.
    this.#textLeft -= (typeof text === 'string' ? text.length : 0) + field.key.length + 6;
    if (this.#textLeft < 0) this.fail(tooLong(this.#mostText - this.#textLeft, this.#mostText));
    return text;
  }

  #typeOf(value: unknown, abstract: GraphQLAbstractType, field: FieldPlan): GraphQLObjectType {
    const resolveType = abstract.resolveType ?? defaultTypeResolver;
    const { info } = (this.#fieldRuns[field.index] ??= this.#fieldRun(field));
    const name: unknown = resolveType(value, this.#values.contextValue, info, abstract);
    const { schema } = this.#plan.document;
    const type = typeof name === 'string' ? schema.getType(name) : undefined;
    if (isObjectType(type) && schema.isSubType(abstract, type)) return type;
    throw new Error(`expected the name of a type of ${abstract.name} for ${nameOf(field)}`);
  }

  #later(place: Place, value: Promise<unknown>): undefined {
    this.#pending += 1;
    value.then(
      (known) => this.#arrived(place, known),
      // A value that is an error is an error of its field.
      (error: unknown) => this.#arrived(place, asError(error)),
    );
  }

  #arrived(place: Place, value: unknown): void {
    if (this.#ended) return;
    if (!isCutOff(place)) {
      try {
        put(place, this.#complete(place, value));
      } catch (error) {
        this.#bubble(place, located(error, place));
      }
    }
    this.#pending -= 1;
    if (this.#pending === 0 && !this.#ended) this.#end?.(this.#result());
  }

  /** Nulls the innermost place around an error that may be null. */
  #bubble(from: Place, error: GraphQLError): void {
    let place: Place | undefined = from;
    while (place?.shape.nonNull === true) {
      place.isNull = true;
      place = place.parent;
    }
    if (place === undefined) {
      this.fail(error);
      return;
    }
    this.#errors.push(error);
    place.isNull = true;
    put(place, null);
  }
}

/** Throws if the value is an error, or is absent where it must not be. */
function isAbsent(value: unknown, { nonNull }: Shape, field: FieldPlan): value is null | undefined {
  if (value instanceof Error) throw value;
  if (value !== null && value !== undefined) return false;
  if (nonNull) throw new Error(`Cannot return null for non-nullable field ${nameOf(field)}.`);
  return true;
}

type Leaf = Shape & { readonly kind: 'leaf' };

function tooLong(cost: number, budget: number): GraphQLError {
  return requestError('QUERY_TOO_COMPLEX', `answer: expected at most ${budget} characters, got more`, {
    details: { cost, budget },
  });
}

function leaf(value: unknown, shape: Leaf, field: FieldPlan): unknown {
  if (shape.isString && typeof value === 'string') return value;
  if (isAbsent(value, shape, field)) return null;
  const serialised: unknown = shape.type.serialize(value);
  if (serialised === null || serialised === undefined)
    throw new Error(`expected ${shape.type.name} to serialise the value of ${nameOf(field)}`);
  return serialised;
}

function nameOf({ parentType, definition }: FieldPlan): string {
  return `${parentType.name}.${definition.name}`;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`Unexpected error value: ${String(error)}`);
}
