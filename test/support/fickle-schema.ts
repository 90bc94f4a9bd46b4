import {
  buildSchema,
  getNullableType,
  GraphQLError,
  isAbstractType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { createHash } from 'node:crypto';
import type { Examples } from './documents.ts';
import { createRandom } from './random.ts';

const SDL = `
  enum Colour { RED GREEN }
  input Box { width: Int! = 2, names: [String!], inner: Box }
  input Choice @oneOf { text: String, number: Int, box: Box }
  interface Thing { name(n: Int! = 1): String, next: Thing, sure: Thing! }
  union Any = Apple | Pear
  type Apple implements Thing { name(n: Int! = 1): String, next: Thing, sure: Thing!, apple: Apple, colours: [Colour!],
    pears(box: Box, choice: Choice): [Pear!]!, any: Any, weight: Int!, grid: [[Int!]!], method(n: Int): String }
  type Pear implements Thing { name(n: Int! = 1): String, next: Thing, sure: Thing!, apples: [Apple], anys: [Any!]!,
    colour: Colour!, price: Float, id: ID!, flag: Boolean }
  type Query { apple: Apple, pear: Pear!, thing: Thing!, any: Any, things(ids: [ID!]!): [Thing]!, anys: [Any!],
    echo(text: String! = "x", choice: Choice, box: Box! = {}): String! }`;

interface Fickle {
  readonly schema: GraphQLSchema;
  readonly isAsync: boolean;
}

/** A schema whose fields do all that a field can do, the same each time for the same object. */
export function fickleSchema(isAsync: boolean): GraphQLSchema {
  const fickle = { schema: buildSchema(SDL), isAsync };
  const types = Object.values(fickle.schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
  const fields = types.filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
  for (const field of fields.filter(({ name }) => name !== 'method'))
    field.resolve = (source, args) => outcomeOf(fickle, field, `${idOf(source)} ${JSON.stringify(args)}`);
  return fickle.schema;
}

function idOf(source: unknown): string {
  return source instanceof Fruit ? source.id : 'root';
}

class Fruit {
  readonly id: string;

  constructor(id: string, typename: string) {
    this.id = id;
    Object.assign(this, { __typename: typename });
  }

  method({ n }: { readonly n?: number }): string {
    return `${this.id.length} ${n}`;
  }
}

/** The outcome of a field: a value, or a failure, that is known at once or later. */
function outcomeOf(from: Fickle, field: GraphQLField<unknown, unknown>, id: string): unknown {
  const own = `${id} ${field.name}`;
  const random = randomOf(own);
  const [how, when, which] = [random(), random(), random()];
  const failure = which < 0.5 ? new Error(own) : new GraphQLError(own, { extensions: { code: 'MADE_UP' } });
  const isFailure = how < 0.03;
  const value = isFailure ? failure : how < 0.04 ? null : valueOf(from, field.type, `${own.length} ${which}`);
  if (from.isAsync && when < 0.3)
    return isFailure && when < 0.15 ? Promise.reject(failure) : Promise.resolve(value);
  if (from.isAsync && when < 0.5)
    return new Promise((resolve, reject) => {
      setImmediate(() => (isFailure && when < 0.4 ? reject(failure) : resolve(value)));
    });
  if (isFailure && when > 0.75) throw failure;
  return value;
}

function randomOf(text: string): () => number {
  return createRandom(createHash('sha256').update(text).digest().readUInt32LE());
}

function valueOf(from: Fickle, type: GraphQLOutputType, id: string): unknown {
  const random = randomOf(`value ${id}`);
  const bare = getNullableType(type);
  if (isListType(bare)) {
    if (random() < 0.01) return 'no list';
    return Array.from({ length: Math.floor(random() * 4) }, (_, index): unknown => {
      const chance = random();
      if (chance < 0.01) return null;
      if (chance < 0.02) return new Error(`item ${id}`);
      const item = valueOf(from, bare.ofType, `${id} ${index}`);
      // graphql-js leaves a rejection unhandled if an item that must not be null fails after another one.
      return from.isAsync && !isNonNullType(bare.ofType) && chance < 0.2 ? Promise.resolve(item) : item;
    });
  }
  if (!isNonNullType(type) && random() < 0.03) return null;
  if (isAbstractType(bare)) {
    const possible = from.schema.getPossibleTypes(bare);
    return new Fruit(id, possible[Math.floor(random() * possible.length)]?.name ?? '');
  }
  if (isObjectType(bare)) return new Fruit(id, bare.name);
  if (!isLeafType(bare)) throw new Error(`expected a leaf, got ${String(bare)}`);
  // Some are no value of the type.
  const leaves: Record<string, readonly unknown[]> = {
    Int: [1, 2, '3', true, 2.5, 'x'],
    Float: [1, 2.5, Number.NaN],
    Boolean: [true, false, 1],
    Colour: ['RED', 'GREEN', 'BLUE'],
    ID: ['a', 7],
  };
  const choices = leaves[bare.name] ?? ['text', 'other', 5, {}];
  return choices[Math.floor(random() ** 6 * choices.length)];
}

/** Values for its arguments. */
export const fickleExamples: Examples = (_name, type) =>
  type === 'Int' ? [0, 1, 2] : type === 'Boolean' ? [true] : ['a', 'b'];
