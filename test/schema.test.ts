import { readFileSync } from 'node:fs';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../src/graphql/schema.ts';

/** A type, field, argument or enum value of a schema. */
interface Element {
  /** What a client relies on, except the name. */
  readonly type: string;
  readonly description: string | null | undefined;
}

function elements(of: GraphQLSchema): Map<string, Element> {
  const types = Object.values(of.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  return new Map(
    types.flatMap((type) => [
      [type.name, { type: kind(type), description: type.description }],
      ...members(type),
    ]),
  );
}

function kind(type: GraphQLNamedType): string {
  if (isScalarType(type)) return `scalar ${type.specifiedByURL}`;
  if (isInputObjectType(type)) return `input ${type.isOneOf ? '@oneOf' : ''}`;
  if (isUnionType(type)) return `union ${type.getTypes().map(String).join(' | ')}`;
  if (!isObjectType(type) && !isInterfaceType(type)) return isEnumType(type) ? 'enum' : 'other';
  return `${isObjectType(type) ? 'type' : 'interface'} ${type.getInterfaces().map(String).join(' & ')}`;
}

function members(type: GraphQLNamedType): [string, Element][] {
  if (isEnumType(type))
    return type
      .getValues()
      .map((value) => [`${type.name}.${value.name}`, { type: 'value', description: value.description }]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, typed(field)]);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): [string, Element][] => [
    [`${type.name}.${field.name}`, typed(field)],
    ...field.args.map((arg): [string, Element] => [`${type.name}.${field.name}(${arg.name}:)`, typed(arg)]),
  ]);
}

function typed(element: {
  type: GraphQLInputType | GraphQLOutputType;
  defaultValue?: unknown;
  description: Element['description'];
}): Element {
  const { type, defaultValue, description } = element;
  return { type: `${type.toString()} ${JSON.stringify(defaultValue) ?? ''}`, description };
}

const types = (of: Map<string, Element>) =>
  Object.fromEntries([...of].map(([name, { type }]) => [name, type]));

/**
 * Elements of the schema that the contract does not have, such as `Paper.doi`, in the order of the schema. An
 * addition can never be removed again, so each is listed here on purpose.
 */
const ADDED: readonly string[] = [];

test('every type, field, argument and value of the contract is unchanged, and additions are listed', () => {
  const contract = types(elements(buildSchema(readFileSync('test/fixtures/contract.graphql', 'utf8'))));
  const built = types(elements(schema));
  expect(Object.keys(contract).length).toBeGreaterThan(420);
  expect(built).toEqual(expect.objectContaining(contract));
  expect(Object.keys(built).filter((name) => !(name in contract))).toEqual(ADDED);
});

/** The codes, names, examples and numbers of a text: its facts, independent of the wording. */
const facts = (text: string | null | undefined) =>
  [...(text ?? '').matchAll(/`[^`]+`|\b[A-Z]{2,}[A-Z_]*\b|\d+(?:,\d{3})*/g)].map(([fact]) =>
    fact.replaceAll('`', ''),
  );

/** Whether a text contains a fact as a whole: a text with `1,000` does not state `1` or `100`. */
const states = (text: string, fact: string): boolean =>
  new RegExp(`(?<![\\w,])${fact.replaceAll(/[^\w\s]/g, String.raw`\$&`)}(?!\\w|,\\d)`).test(text);

/** The description of an element and of its arguments, with their names. */
const textOf = (of: Map<string, Element>, name: string): string =>
  [...of]
    .filter(([key]) => key === name || key.startsWith(`${name}(`))
    .map(([key, { description }]) => `${key} ${description}`)
    .join('\n');

/** Facts that the schema states in another form: here `2601.09684v2` and `arXiv:2601.09684`. */
const REWRITTEN = { 'PaperBy.arxivId': ['…v2', 'arXiv:…'] };

test('the schema states every code, name, example and number that the contract states', () => {
  const contract = elements(buildSchema(readFileSync('test/fixtures/contract.graphql', 'utf8')));
  const built = elements(schema);
  const missing = [...contract].flatMap(([name, { description }]) => {
    const text = textOf(built, name);
    const lost = facts(description).filter((fact) => !states(text, fact));
    return lost.length === 0 ? [] : [[name, lost] as const];
  });
  expect(Object.fromEntries(missing)).toEqual(REWRITTEN);
});

test('descriptions are whole sentences of at most 30 words', () => {
  const sentences = [...elements(schema)].flatMap(([name, { description }]) =>
    (description ?? '')
      .split(/(?<=[.:]\)?)\s+(?=\S)/)
      .map((sentence) => ({ name, sentence, words: sentence.split(/\s+/).length })),
  );
  expect(sentences.filter(({ words }) => words > 30)).toEqual([]);
  const ends = [...elements(schema)].filter(
    ([, { description }]) => !/^[\w(`"*].*\.\)?$/s.test(description ?? ''),
  );
  expect(ends.map(([name]) => name)).toEqual([]);
});

test('the schema is valid, and everything public in it is described', () => {
  expect(validateSchema(schema)).toEqual([]);
  const undescribed = [...elements(schema)].filter(([, { description }]) => !description?.trim());
  expect(undescribed.map(([name]) => name)).toEqual([]);
});

test('schema.graphql is what the schema prints', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
});
