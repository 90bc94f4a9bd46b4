import {
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  print,
  parse,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
} from 'graphql';
import { createRandom } from './random.ts';

/** A document that was made up, with values for its variables. */
export interface MadeUp {
  readonly text: string;
  readonly variables: Record<string, unknown>;
}

/** Values for a scalar at an argument or input field of this name, as JSON. Some may be wrong. */
export type Examples = (name: string, type: string) => readonly unknown[];

/** How documents are made up. */
export interface DocumentOptions {
  readonly schema: GraphQLSchema;
  readonly examples: Examples;
  readonly seed: number;
  /** Levels of fields with fields. */
  readonly depth: number;
}

/**
 * Makes up a query with all that a document can have: aliases, fragments of both kinds on objects, interfaces and
 * unions, fields that are selected repeatedly, `@skip` and `@include` anywhere, literals and variables with and
 * without defaults. Nearly all are valid.
 */
export function makeUpDocument(options: DocumentOptions): MadeUp {
  return new Author(options).write();
}

const SWITCHES = 3;
/** Parts of a document, about: fields and fragments. */
const PARTS = 40;

class Author {
  readonly #options: DocumentOptions;
  readonly #random: () => number;
  readonly #fragments: { name: string; type: string; text: string; depth: number }[] = [];
  /** What each response key is the key of: fields with equal keys must be the same field. */
  readonly #keys = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  readonly #values: Record<string, unknown> = {};
  #parts = 0;

  constructor(options: DocumentOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
  }

  write(): MadeUp {
    const { schema, depth } = this.#options;
    const root = schema.getQueryType();
    if (!root) throw new Error('expected a type of queries');
    const selection = this.#selection(root, depth);
    const declared = [...this.#variables].map(([name, type]) => `$${name}: ${type}`);
    const head = declared.length === 0 ? 'query' : `query (${declared.join(', ')})`;
    const fragments = this.#fragments.map(({ name, type, text }) => `fragment ${name} on ${type} ${text}`);
    return {
      text: print(parse([`${head} ${selection}`, ...fragments].join('\n'))),
      variables: this.#values,
    };
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const parts = Array.from({ length: 1 + this.#upTo(3) }, () => this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLCompositeType, depth: number): string {
    this.#parts += 1;
    if (this.#parts > PARTS) return this.#anyField(type, 0);
    const chance = this.#random();
    if (chance < 0.08) return `__typename${this.#directives()}`;
    if (chance < 0.2) return `...${this.#directives()} ${this.#selection(type, depth)}`;
    if (chance < 0.32) {
      const other = this.#pick(this.#related(type));
      return `... on ${other.name}${this.#directives()} ${this.#selection(other, depth)}`;
    }
    if (chance < 0.44) return this.#spread(type, depth);
    return this.#anyField(type, depth);
  }

  #spread(type: GraphQLCompositeType, depth: number): string {
    const known = this.#fragments.filter((each) => each.type === type.name && each.depth <= depth);
    if (known.length > 0 && this.#random() < 0.6) return `...${this.#pick(known).name}${this.#directives()}`;
    const on = this.#pick([type, ...this.#related(type)]);
    const text = this.#selection(on, depth);
    const name = `F${this.#fragments.length}`;
    this.#fragments.push({ name, type: on.name, text, depth });
    return `...${name}${this.#directives()}`;
  }

  /** Types that objects of this type may have, the type itself included. */
  #related(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const { schema } = this.#options;
    if (isAbstractType(type)) return [type, ...schema.getPossibleTypes(type)];
    return [type, ...type.getInterfaces()];
  }

  #anyField(type: GraphQLCompositeType, depth: number): string {
    if (!('getFields' in type)) return '__typename';
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
    );
    return fields.length === 0 ? '__typename' : this.#field(this.#pick(fields), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const named = getNamedType(field.type);
    const given = field.args.flatMap((arg) => this.#argument(arg));
    const call = `${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}`;
    const below = (): string => (isCompositeType(named) ? ` ${this.#selection(named, depth - 1)}` : '');
    const key = this.#key(field.name, `${call} ${String(field.type)}`);
    const text = key === field.name ? call : `${key}: ${call}`;
    const once = `${text}${this.#directives()}${below()}`;
    return this.#random() < 0.15 ? `${once} ${text}${this.#directives()}${below()}` : once;
  }

  #key(name: string, what: string): string {
    for (let alias = this.#random() < 0.8 ? name : 'a0'; ; alias = `a${this.#upTo(1_000)}`) {
      if ((this.#keys.get(alias) ?? what) !== what) continue;
      this.#keys.set(alias, what);
      return alias;
    }
  }

  #directives(): string {
    if (this.#random() < 0.85) return '';
    const directive = this.#random() < 0.5 ? 'skip' : 'include';
    const chance = this.#random();
    if (chance < 0.3) return ` @${directive}(if: ${this.#random() < 0.5})`;
    const name = `s${this.#upTo(SWITCHES)}`;
    if (!this.#variables.has(name)) {
      this.#variables.set(name, name === 's0' ? 'Boolean = true' : 'Boolean!');
      if (name !== 's0' || this.#random() < 0.5) this.#values[name] = this.#random() < 0.5;
      else if (this.#random() < 0.1) this.#values[name] = null;
    }
    return ` @${directive}(if: $${name})`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string[] {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    if (!isRequired && this.#random() < (name === 'first' ? 0.1 : 0.6)) return [];
    return [
      `${name}: ${this.#random() < 0.3 ? this.#variable(name, type) : literal(this.#value(name, type), type)}`,
    ];
  }

  #variable(at: string, type: GraphQLInputType): string {
    const name = `v${this.#variables.size}`;
    const value = this.#value(at, type);
    const chance = this.#random();
    if (chance < 0.3) {
      // A variable with a default may be nullable where no null is allowed.
      const nullable = isNonNullType(type) ? type.ofType : type;
      const byDefault = this.#value(at, type);
      this.#variables.set(name, `${String(nullable)} = ${literal(byDefault, type)}`);
      if (this.#random() < 0.5) this.#values[name] = this.#random() < 0.1 ? null : value;
      return `$${name}`;
    }
    this.#variables.set(name, String(type));
    if (isNonNullType(type) || this.#random() < 0.7) this.#values[name] = value;
    return `$${name}`;
  }

  #value(name: string, type: GraphQLInputType, depth = 2): unknown {
    if (isNonNullType(type)) return this.#value(name, type.ofType, depth);
    if (isListType(type))
      return Array.from({ length: this.#upTo(3) }, () => this.#value(name, type.ofType, depth));
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (!isInputObjectType(type)) return this.#pick(this.#options.examples(name, type.name));
    const fields = Object.values(type.getFields());
    const usable = fields.filter((field) => depth > 0 || !isInputObjectType(getNamedType(field.type)));
    const chosen = type.isOneOf
      ? [this.#pick(usable)]
      : usable.filter((field) => isNonNullType(field.type) || this.#random() < 0.2);
    return Object.fromEntries(
      chosen.map((field) => [field.name, this.#value(field.name, field.type, depth - 1)]),
    );
  }

  #upTo(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#upTo(values.length)];
    if (value === undefined) throw new Error('expected something to pick from');
    return value;
  }
}

/** A value as it is written in a document: names of enums have no quotes. */
function literal(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (isListType(type) && Array.isArray(value))
    return `[${value.map((each) => literal(each, type.ofType)).join(', ')}]`;
  if (isEnumType(type)) return String(value);
  if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = type.getFields();
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const field = fields[name];
    return field === undefined ? [] : [`${name}: ${literal(each, field.type)}`];
  });
  return `{${entries.join(', ')}}`;
}
