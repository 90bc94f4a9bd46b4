import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** A request that is grown from a schema. */
export interface GrownRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Values of scalars, many of which are wrong for some argument. */
const NUMBERS = [1, 0, 2, 5, 20, 100, 101, -1, 2_147_483_647, -2_147_483_648, 2 ** 31, 1e300, 1.5];
const TEXTS = [
  'graph',
  '',
  'a',
  '2601.00001',
  'cs.LG',
  '2026-01-14',
  '2026-02-30',
  'zh',
  'Ada Park',
  'id',
  '0',
  "' or 1=1 --",
  '"open',
  '((((((',
  'a OR -b AND NOT c*',
  'au:x ti:"y z" cat:cs.*',
  'a\0b',
  '\uD800',
  '\u202E\u0007\r\n',
  '中文 検索 검색',
  '%_\\',
  '__proto__',
  'x'.repeat(300),
  'a b '.repeat(300),
];
/** Levels of fields below which only leaves are selected. */
const LEVELS = 6;

/**
 * Grows a request: every choice of a field, an argument or a value takes one of the numbers. Without numbers it
 * takes the first choice, so that fewer and smaller numbers make simpler documents.
 */
export function growRequest(schema: GraphQLSchema, choices: readonly number[]): GrownRequest {
  return new Grower(schema, choices).request();
}

class Grower {
  readonly #schema: GraphQLSchema;
  readonly #choices: readonly number[];
  #at = 0;
  readonly #variables: { readonly type: string; readonly value: unknown }[] = [];

  constructor(schema: GraphQLSchema, choices: readonly number[]) {
    this.#schema = schema;
    this.#choices = choices;
  }

  request(): GrownRequest {
    const query = this.#schema.getQueryType();
    if (!query) throw new Error('expected a schema with queries');
    const selection = this.#selection(query, 0);
    const declared = this.#variables.map(({ type }, n) => `$v${n}: ${type}`);
    const variables = Object.fromEntries(this.#variables.map(({ value }, n) => [`v${n}`, value]));
    return {
      query: `query ${declared.length > 0 ? `(${declared.join(', ')})` : ''} ${selection}`,
      variables,
    };
  }

  /** A number below `count`. */
  #choose(count: number): number {
    const choice = this.#choices[this.#at] ?? 0;
    this.#at += 1;
    return choice % count;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#choose(items.length)];
    if (item === undefined) throw new Error('expected something to choose from');
    return item;
  }

  #selection(type: GraphQLCompositeType, level: number): string {
    const parts = ['__typename'];
    const fields = isAbstractType(type) && !('getFields' in type) ? [] : Object.values(type.getFields());
    const count = level === 0 ? 1 + this.#choose(3) : this.#choose(4);
    for (let n = 0; n < count && fields.length > 0; n += 1)
      parts.push(this.#field(this.#pick(fields), level));
    if (isAbstractType(type) && this.#choose(3) > 0) {
      const possible = this.#pick(this.#schema.getPossibleTypes(type));
      parts.push(`... on ${possible.name} ${this.#selection(possible, level + 1)}`);
    }
    return `{ ${parts.join(' ')} }`;
  }

  #field({ name, args, type }: GraphQLField<unknown, unknown>, level: number): string {
    const named = getNamedType(type);
    const given = args.flatMap((arg) => {
      const isNeeded = isNonNullType(arg.type) && arg.defaultValue === undefined;
      return isNeeded || this.#choose(3) === 1 ? [`${arg.name}: ${this.#argument(arg.type)}`] : [];
    });
    const call = `a${this.#at}: ${name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
    if (isLeafType(named)) return call;
    const below =
      level >= LEVELS ? '{ __typename }' : this.#selection(named as GraphQLCompositeType, level + 1);
    return `${call} ${below}`;
  }

  /** An argument, as a literal or as a variable. */
  #argument(type: GraphQLInputType): string {
    const value = this.#value(type, 0);
    if (this.#choose(2) === 0) return literal(value);
    this.#variables.push({ type: String(type), value: plain(value) });
    return `$v${this.#variables.length - 1}`;
  }

  #value(type: GraphQLInputType, level: number): unknown {
    if (!isNonNullType(type) && this.#choose(12) === 1) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item: GraphQLInputType = nullable.ofType;
      return Array.from({ length: this.#choose(4) }, () => this.#value(item, level + 1));
    }
    if (isEnumType(nullable)) return new EnumValue(this.#pick(nullable.getValues()).name);
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields());
      const least = nullable.isOneOf ? 1 : level < 4 ? this.#choose(4) : 0;
      const chosen = Array.from({ length: least }, () => this.#pick(fields));
      const needed = fields.filter((each) => isNonNullType(each.type) && each.defaultValue === undefined);
      const all = new Set([...needed, ...chosen]);
      return Object.fromEntries([...all].map((each) => [each.name, this.#value(each.type, level + 1)]));
    }
    if (nullable.name === 'Int' || nullable.name === 'Float') return this.#pick(NUMBERS);
    return nullable.name === 'Boolean' ? this.#choose(2) === 0 : this.#pick(TEXTS);
  }
}

/** The name of a value of an enum, which has no quotes in a document. */
class EnumValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  toJSON(): string {
    return this.name;
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function literal(value: unknown): string {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${name}: ${literal(each)}`)
    .join(', ')}}`;
}
