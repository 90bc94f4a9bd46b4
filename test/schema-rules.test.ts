import { execFileSync } from 'node:child_process';
import {
  buildSchema,
  findBreakingChanges,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../src/graphql/schema.ts';

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);
const objects = types.filter((type): type is GraphQLObjectType => isObjectType(type));
const fields = types.flatMap((type) =>
  isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields()).map((field) => ({ at: `${type.name}.${field.name}`, field }))
    : [],
);

const typeOf = (type: GraphQLObjectType, name: string) => type.getFields()[name]?.type.toString();
const argsOf = (field: GraphQLField<unknown, unknown>) =>
  Object.fromEntries(field.args.map(({ name, type }) => [name, type.toString()]));

// https://relay.dev/graphql/connections.htm, and `nodes` and `totalCount`, which this schema adds everywhere.
describe('a connection', () => {
  const connections = objects.filter(({ name }) => name.endsWith('Connection'));

  test.each(connections.map((type) => [type.name, type] as const))('%s is as Relay has it', (name, type) => {
    const edge = `${name.slice(0, -'Connection'.length)}Edge`;
    const node = /^\[(\w+)!\]!$/.exec(typeOf(type, 'nodes') ?? '')?.[1];
    expect(typeOf(type, 'edges')).toBe(`[${edge}!]!`);
    expect(typeOf(type, 'pageInfo')).toBe('PageInfo!');
    expect(typeOf(type, 'totalCount')).toBe('Int!');
    const edgeType = schema.getType(edge) as GraphQLObjectType;
    expect(typeOf(edgeType, 'cursor')).toBe('String!');
    expect(typeOf(edgeType, 'node')).toBe(`${node}!`);
  });

  test('is never null, and is paged from both ends wherever it stands', () => {
    const lists = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
    expect(lists.length).toBeGreaterThan(15);
    for (const { at, field } of lists) {
      expect(isNonNullType(field.type), at).toBe(true);
      expect(argsOf(field), at).toMatchObject({
        first: 'Int',
        after: 'String',
        last: 'Int',
        before: 'String',
      });
    }
  });
});

test('what has an id is a Node, and every Node can be asked for by a natural key or reached by a list', () => {
  for (const type of objects) {
    const isNode = type.getInterfaces().some(({ name }) => name === 'Node');
    expect(typeOf(type, 'id'), type.name).toBe(isNode ? 'ID!' : undefined);
  }
  const lookups = fields.filter(({ field }) => argsOf(field)['by'] !== undefined);
  expect(lookups.map(({ field }) => getNamedType(field.type).name).toSorted()).toEqual([
    'Author',
    'Category',
    'Digest',
    'Paper',
    'Source',
  ]);
});

test('what names one thing is one of several keys, and what is not there is null', () => {
  const inputs = types.filter(isInputObjectType);
  for (const input of inputs) expect(input.isOneOf, input.name).toBe(input.name.endsWith('By'));
  const lookups = fields.filter(({ field }) => argsOf(field)['by'] !== undefined);
  for (const { at, field } of lookups) {
    expect(argsOf(field)['by'], at).toMatch(/By!$/);
    expect(isNonNullType(field.type), at).toBe(false);
  }
});

test('every scalar of its own is specified somewhere', () => {
  const scalars = types.filter(isScalarType);
  expect(scalars.length).toBeGreaterThan(2);
  for (const { name, specifiedByURL } of scalars) expect(specifiedByURL, name).toMatch(/^https:\/\//);
});

test('lists hold no nulls, and are none themselves but where the contract says so', () => {
  const lists = fields.filter(({ field }) => isListType(getNullableType(field.type)));
  const holes = lists.filter(({ field }) => !/^\[\w+!\]!?$/.test(field.type.toString())).map(({ at }) => at);
  const nullable = lists.filter(({ field }) => !isNonNullType(field.type)).map(({ at }) => at);
  expect(holes).toEqual(['Query.nodes']);
  expect(nullable).toEqual(['Paper.related']);
});

test('counts are numbers of a certain kind: never null', () => {
  const counts = fields.filter(({ at }) => /(?:[cC]ount|^PaperFacets\.with\w+)$/.test(at));
  expect(counts.length).toBeGreaterThan(15);
  for (const { at, field } of counts) expect(field.type.toString(), at).toBe('Int!');
});

test('names are written as GraphQL has them', () => {
  for (const type of types) {
    expect(type.name).toMatch(/^[A-Z][A-Za-z]+$/);
    if (isEnumType(type)) for (const { name } of type.getValues()) expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  }
  for (const { at, field } of fields)
    for (const name of [field.name, ...Object.keys(argsOf(field))])
      expect(name, at).toMatch(/^[a-z][A-Za-z]*$/);
});

/** What git prints; undefined where it cannot. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** The newest release, else the first commit, that had a schema. */
const published = [
  git('describe', '--tags', '--abbrev=0'),
  git('log', '--diff-filter=A', '--format=%H', '--', 'schema.graphql')?.split('\n').at(-1),
].find((commit) => commit && git('cat-file', '-e', `${commit}:schema.graphql`) !== undefined);

describe.skipIf(published === undefined)(
  '(skipped where git knows no earlier schema) a client of old',
  () => {
    test('finds everything that the last release had, as it was', () => {
      const old = buildSchema(git('show', `${published}:schema.graphql`) ?? '');
      expect(findBreakingChanges(old, schema)).toEqual([]);
    });
  },
);
