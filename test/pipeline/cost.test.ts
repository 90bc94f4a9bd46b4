import fc from 'fast-check';
import { getIntrospectionQuery, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRICES } from '../../src/graphql/prices.ts';
import { schema } from '../../src/graphql/schema.ts';
import { priceOf } from '../../src/pipeline/pricing.ts';
import { EXTENSIONS } from '../support/cost.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

function price(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) throw new Error('expected an operation');
  return priceOf({ schema, document, operation, variables });
}

const nested = (papers: number | string, authors: number | string, own: number | string): string =>
  `papers(first: ${papers}) { nodes { title authors(first: ${authors}) { nodes { name papers(first: ${own}) { nodes { title } } } } } }`;

describe('the price of an operation', () => {
  test('multiplies lists within lists', () => {
    const sizes = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(sizes, sizes, sizes, (a, b, c) => {
        const spent = price(`{ ${nested(a, b, c)} }`);
        expect(spent).toBeGreaterThan(a * b * c);
        expect(price(`{ ${nested(a + 1, b, c)} }`)).toBeGreaterThan(spent);
        expect(price(`{ ${nested(a, b + 1, c)} }`)).toBeGreaterThan(spent);
      }),
    );
  });

  test('is the same with literals and with variables, with fragments and without', () => {
    const plain = price(`{ ${nested(7, 6, 5)} }`);
    const query = `query ($a: Int, $b: Int!, $c: Int) { ${nested('$a', '$b', '$c')} }`;
    expect(price(query, { a: 7, b: 6, c: 5 })).toBe(plain);
    expect(
      price(`query { ...F } fragment F on Query { papers(first: 7) { nodes { ...P } } }
        fragment P on Paper { title authors(first: 6) { ... on PaperAuthorConnection { nodes { ...A } } } }
        fragment A on Author { name papers(first: 5) { nodes { title } } }`),
    ).toBe(plain);
  });

  test('counts pages that no argument limits as pages of 20, and leaves out what is skipped', () => {
    expect(price('{ papers { nodes { title } } }')).toBe(price('{ papers(last: 20) { nodes { title } } }'));
    const skipped = price(
      'query ($no: Boolean!) { papers { totalCount facets @include(if: $no) { withCode } } }',
      {
        no: false,
      },
    );
    expect(skipped).toBe(price('{ papers { totalCount } }'));
  });

  test('is higher for searches, for facets of a filter, and for each alias of them', () => {
    const plain = price('{ papers { nodes { title } } }');
    expect(price('{ papers(filter: {search: "graph"}) { nodes { title } } }')).toBeGreaterThan(plain + 1_000);
    const facets = price('{ papers(filter: {hasCode: true}) { facets { withCode } } }');
    expect(facets).toBeGreaterThan(price('{ papers { facets { withCode } } }') + 1_000);
    expect(
      price('{ papers(filter: {hasCode: true}) { a: facets { withCode } b: facets { withCode } } }'),
    ).toBeGreaterThan(1.5 * facets);
  });

  test('is found in time in proportion to the document, however often fragments spread one another', () => {
    const chain = Array.from({ length: 200 }, (_, n) =>
      n === 199
        ? `fragment F${n} on Paper { title }`
        : `fragment F${n} on Paper { ...F${n + 1} ... { ...F${n + 1} } }`,
    ).join(' ');
    expect(price(`{ papers { nodes { ...F0 } } } ${chain}`)).toBeGreaterThan(1e50);
  });

  test('is listed for fields that exist', () => {
    const missing = Object.keys(PRICES).filter((name) => {
      const [type = '', field = ''] = name.split('.');
      const found = schema.getType(type);
      const isMeta = type === 'Query' && field.startsWith('__');
      return !isMeta && !(found && 'getFields' in found && field in found.getFields());
    });
    expect(missing).toEqual([]);
  });
});

const TOO_COMPLEX = `{ ${nested(100, 100, 100)} }`;

describe('an operation that costs more than the budget', () => {
  test('is refused with QUERY_TOO_COMPLEX, its price and the budget', async () => {
    const { post } = await startLiveServer(database);
    const error = { code: 'QUERY_TOO_COMPLEX', cost: price(TOO_COMPLEX), budget: 50_000 };
    const response = await post({ query: TOO_COMPLEX }, { accept: 'application/graphql-response+json' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.any(String) as string, extensions: error }],
    });
    expect((await post({ query: TOO_COMPLEX })).status).toBe(200);
  });

  test('is answered if the operator raises the budget or switches it off', async () => {
    const query = '{ papers { nodes { title } } }';
    const refused = await startLiveServer(database, { limits: { maxCost: 10 } });
    expect(await (await refused.post({ query })).json()).toHaveProperty('errors');
    const open = await startLiveServer(database, { limits: { maxCost: 0 } });
    expect(await (await open.post({ query: TOO_COMPLEX })).json()).toMatchObject({
      data: {},
      extensions: { cost: { budget: null } },
    });
  });
});

describe('what is affordable', () => {
  test.each([
    [
      "GraphiQL's introspection",
      getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
    ],
    ['the nested query', `{ ${nested(20, 10, 5)} }`],
    [
      'a page with search, facets and highlights',
      `{ papers(filter: {search: "graph"}) { totalCount facets { categories { value count } authors { value } timeline { count } }
        edges { score highlights { field } node { title abstract summary { tldr } authors { nodes { name } } } } } }`,
    ],
  ])('%s', async (_name, query) => {
    const { post } = await startLiveServer(database);
    expect(await (await post({ query })).json()).toEqual({
      data: expect.any(Object) as object,
      extensions: EXTENSIONS,
    });
  });
});
