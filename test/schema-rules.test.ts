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
    expect(breaking(lists, ({ field }) => isNonNullType(field.type))).toEqual([]);
    expect(breaking(lists, ({ field }) => isPaged(argsOf(field)))).toEqual([]);
  });
});

const isPaged = (args: Record<string, string>) =>
  args['first'] === 'Int' &&
  args['after'] === 'String' &&
  args['last'] === 'Int' &&
  args['before'] === 'String';

/** Where a rule is broken. */
function breaking(places: typeof fields, rule: (place: (typeof fields)[number]) => boolean): string[] {
  return places.filter((place) => !rule(place)).map(({ at }) => at);
}

const lookups = fields.filter(({ field }) => argsOf(field)['by'] !== undefined);

const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');

const hasId = (type: GraphQLObjectType) => typeOf(type, 'id') === 'ID!';

test('what has an id is a Node, and a Node has an id', () => {
  expect(objects.filter(isNode)).toEqual(objects.filter(hasId));
  expect(objects.filter((type) => 'id' in type.getFields())).toEqual(objects.filter(hasId));
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
  const namesOne = inputs.filter(({ name }) => /(?:By|Document)$/.test(name));
  expect(inputs.filter(({ isOneOf }) => isOneOf)).toEqual(namesOne);
  expect(breaking(lookups, ({ field }) => argsOf(field)['by']?.endsWith('By!') === true)).toEqual([]);
  expect(breaking(lookups, ({ field }) => !isNonNullType(field.type))).toEqual([]);
});

test('every scalar of its own is specified somewhere', () => {
  // A cursor is an opaque text, as Relay has it: nobody is to look into it.
  const urls = types
    .filter(isScalarType)
    .filter(({ name }) => name !== 'FeedCursor')
    .map(({ specifiedByURL }) => specifiedByURL);
  expect(urls.length).toBeGreaterThan(2);
  expect(urls.filter((url) => !url?.startsWith('https://'))).toEqual([]);
});

test('lists hold no nulls, and are none themselves, but where the contract says so', () => {
  const lists = fields.filter(({ field }) => isListType(getNullableType(field.type)));
  expect(breaking(lists, ({ field }) => /^\[\w+!\]!?$/.test(field.type.toString()))).toEqual(['Query.nodes']);
  expect(breaking(lists, ({ field }) => isNonNullType(field.type))).toEqual(['Paper.related']);
});

test('counts are never null', () => {
  const counts = fields.filter(({ at }) => /(?:[cC]ount|^PaperFacets\.with\w+)$/.test(at));
  expect(counts.length).toBeGreaterThan(15);
  expect(breaking(counts, ({ field }) => field.type.toString() === 'Int!')).toEqual([]);
});

test('names are written as GraphQL has them', () => {
  const values = types.filter(isEnumType).flatMap((type) => type.getValues());
  expect(types.map(({ name }) => name).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
  expect(values.map(({ name }) => name).filter((name) => !/^[A-Z]+(_[A-Z]+)*$/.test(name))).toEqual([]);
  const names = ({ field }: (typeof fields)[number]) => [field.name, ...Object.keys(argsOf(field))];
  expect(breaking(fields, (place) => names(place).every((name) => /^[a-z][A-Za-z]*$/.test(name)))).toEqual(
    [],
  );
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
      const shallow = git('rev-parse', '--is-shallow-repository');
      expect(shallow, 'a shallow clone has no earlier schema: git fetch --unshallow --tags').toBe('false');
      const old = buildSchema(git('show', `${published}:schema.graphql`) ?? '');
      expect(findBreakingChanges(old, schema)).toEqual([]);
    });
  },
);
