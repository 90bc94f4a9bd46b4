import {
  buildSchema,
  execute,
  GraphQLObjectType,
  Kind,
  parse,
  type DocumentNode,
  type GraphQLResolveInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { selectedFields, selects } from '../../src/graphql/selection.ts';

const schema = buildSchema('type Query { papers: Papers } type Papers { total: Int first(of: Int): Int }');

/** Each fragment spreads the next one twice. */
function doubling(fragments: number): string {
  const chain = Array.from({ length: fragments }, (_, n) => {
    const inner = n === fragments - 1 ? 'total first(of: 3)' : `...F${n + 1} ... { ...F${n + 1} }`;
    return `fragment F${n} on Papers { ${inner} }`;
  });
  return `{ papers { ...F0 } } ${chain.join(' ')}`;
}

/** Counts how often the selections of fragments are looked at. */
function counted(document: DocumentNode): { readonly visits: number } {
  const count = { visits: 0 };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const { selectionSet } = definition;
    Object.defineProperty(definition, 'selectionSet', {
      get: () => {
        count.visits += 1;
        return selectionSet;
      },
    });
  }
  return count;
}

/** Runs `look` as a resolver of `papers` does. */
function resolving(document: DocumentNode, look: (info: GraphQLResolveInfo) => void): void {
  const papers = (_args: unknown, _context: unknown, info: GraphQLResolveInfo): object => {
    look(info);
    return {};
  };
  expect(execute({ schema, document, rootValue: { papers } })).toMatchObject({ data: {} });
}

test('collecting a selection visits each fragment once, however often it is spread', () => {
  const document = parse(doubling(12));
  const count = counted(document);
  resolving(document, (info) => {
    const before = count.visits;
    const type = info.schema.getType('Papers');
    expect(selects(info, 'total')).toBe(true);
    expect(selects(info, 'other')).toBe(false);
    expect(type instanceof GraphQLObjectType && selectedFields(info, type)).toEqual([
      { name: 'total', args: {} },
      { name: 'first', args: { of: 3 } },
    ]);
    expect(count.visits - before).toBe(12);
  });
});

test('a fragment that is skipped in one place is visited where it is included', () => {
  const document = parse(`query { papers { ...A @skip(if: true) ... @include(if: false) { ...A } ...A } }
    fragment A on Papers { total }`);
  resolving(document, (info) => expect(selects(info, 'total')).toBe(true));
});
