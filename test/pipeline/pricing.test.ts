import fc from 'fast-check';
import {
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  parse,
  print,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { makeUpDocument, type Examples } from '../support/documents.ts';
import { LONG } from '../support/long.ts';
import { price, priceOfDocument, type Values } from '../support/price.ts';

/** Whether directives leave a selection in. Execution refuses null as their argument. */
function isIncluded(node: SelectionNode, variables: Values): boolean {
  try {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, node, variables);
    return skip?.['if'] !== true && include?.['if'] !== false;
  } catch {
    return true;
  }
}

/** The document with its fragments written out. What a selection spreads twice is written once, as execution merges it. */
function writtenOut(document: DocumentNode, variables: Values): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const expand = (node: DocumentNode): DocumentNode =>
    visit(node, {
      SelectionSet: ({ kind, selections }) => {
        const spread = new Set<string>();
        const expanded = selections.flatMap((each): SelectionNode[] => {
          if (each.kind !== Kind.FRAGMENT_SPREAD) return [each];
          const fragment = fragments.get(each.name.value);
          if (!fragment || spread.has(each.name.value) || !isIncluded(each, variables)) return [];
          spread.add(each.name.value);
          const { typeCondition, selectionSet } = fragment;
          return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }];
        });
        return { kind, selections: expanded };
      },
    });
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return expand({ ...document, definitions: operations });
}

const examples: Examples = (name, type) => {
  if (type === 'Int') return name === 'last' ? [null, null, null, 2] : [0, 1, 7, 50, 100, 101, -1];
  if (type === 'Boolean') return [true, false];
  if (type === 'Date') return ['2025-01-01'];
  return ['text'];
};

/** Made-up documents that are valid, with their variables as execution coerces them. */
const documents = fc
  .integer({ min: 1 })
  .map((seed) => makeUpDocument({ schema, examples, seed, depth: 5 }))
  .map(({ text, variables }) => ({ document: parse(text), variables }))
  .filter(({ document }) => validate(schema, document).length === 0);

const RUNS = { numRuns: LONG ? 5_000 : 300 };

describe('the price of an operation', () => {
  test('is that of the operation with its fragments written out', () => {
    fc.assert(
      fc.property(documents, ({ document, variables }) => {
        const definitions = getOperationAST(document)?.variableDefinitions ?? [];
        const { coerced } = getVariableValues(schema, definitions, variables);
        fc.pre(coerced !== undefined);
        const expanded = writtenOut(document, coerced ?? {});
        expect(print(expanded)).not.toMatch(/\.\.\.(?! on\b| ?[@{])\w/);
        // The sums are of fractions, in another order.
        const [folded = -1, flat = -2] = [document, expanded].map((each) => priceOfDocument(each, variables));
        expect(Math.abs(folded - flat)).toBeLessThanOrEqual(1 + flat * 1e-9);
      }),
      RUNS,
    );
  });

  test('does not fall if a list is longer', () => {
    const size = fc.integer({ min: 0, max: 99 });
    const page = fc.record({ first: size, more: fc.integer({ min: 1, max: 100 }) });
    const levels = fc.array(fc.tuple(fc.constantFrom('papers', 'coauthors'), page), {
      minLength: 1,
      maxLength: 5,
    });
    const nested = ([level, ...rest]: [string, number][]): string => {
      if (level === undefined) return 'id';
      const [field, first] = level;
      const below = field === 'papers' ? `authors { nodes { ${nested(rest)} } }` : nested(rest);
      return `${field}(first: ${first}) { nodes { ${below} } }`;
    };
    const author = (sizes: [string, number][]): string => `{ authors { nodes { ${nested(sizes)} } } }`;
    fc.assert(
      fc.property(levels, fc.nat(), (chain, at) => {
        const shorter = chain.map(([field, { first }]): [string, number] => [field, first]);
        const longer = chain.map(([field, { first, more }], index): [string, number] => [
          field,
          index === at % chain.length ? Math.min(100, first + more) : first,
        ]);
        expect(price(author(longer))).toBeGreaterThanOrEqual(price(author(shorter)));
      }),
      RUNS,
    );
  });

  test('grows by the same for each further object', () => {
    const of = (first: number): number =>
      price(`{ papers(first: ${first}) { nodes { title authors(first: 50) { nodes { name } } } } }`);
    expect(Math.abs(of(30) - of(20) - (of(40) - of(30)))).toBeLessThanOrEqual(1);
    expect(of(30)).toBeGreaterThan(of(20));
  });

  test('takes sizes from variables, their defaults and the lengths of lists', () => {
    const list = (head: string, first: string, values = {}): number =>
      price(`${head} { papers${first} { nodes { title abstract } } }`, values);
    const twenty = list('query', '(first: 20)');
    expect(list('query', '')).toBe(twenty);
    expect(list('query ($n: Int)', '(first: $n)')).toBe(twenty);
    expect(list('query ($n: Int = 20)', '(first: $n)')).toBe(twenty);
    expect(list('query ($n: Int)', '(first: $n)', { n: 20 })).toBe(twenty);
    expect(list('query ($n: Int = 20)', '(first: $n)', { n: 90 })).toBe(list('query', '(last: 90)'));
    const nodes = (ids: number): number =>
      price('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Paper { authors { nodes { id } } } } }', {
        ids: Array.from({ length: ids }, (_, n) => `id ${n}`),
      });
    expect(nodes(100) - nodes(1)).toBeGreaterThan(50 * (nodes(2) - nodes(1)));
  });

  test('is without what directives leave out', () => {
    const text =
      'query ($all: Boolean!) { papers { nodes { title related @include(if: $all) { score } ...Texts @skip(if: $all) } } }' +
      ' fragment Texts on Paper { abstract summaries { nodes { tldr } } }';
    expect(price(text, { all: false })).toBe(
      price('{ papers { nodes { title abstract summaries { nodes { tldr } } } } }'),
    );
    expect(price(text, { all: true })).toBe(price('{ papers { nodes { title related { score } } } }'));
  });

  test('is that of one batch for a subscription', () => {
    const subscribe = (first: number): number =>
      price(`subscription { paperIngested(first: ${first}) { cursor events { paper { title abstract } } } }`);
    expect(subscribe(100) - subscribe(1)).toBeGreaterThan(5 * (subscribe(11) - subscribe(1)));
  });

  test('is found at once where fragments written out would select 2^60 fields', () => {
    const levels = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Author { ...G${n} ... on Author { ...F${n + 1} } ... { ...F${n + 1} } }
      fragment G${n} on Author { name }`,
    );
    const text = `{ authors(first: 1) { nodes { ...F0 } } } ${levels.join(' ')} fragment F60 on Author { id }`;
    expect(priceOfDocument(parse(text))).toBeGreaterThan(2 ** 40);
  });
});
