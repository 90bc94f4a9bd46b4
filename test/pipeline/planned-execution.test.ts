import {
  buildSchema,
  defaultFieldResolver,
  execute,
  getIntrospectionQuery,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContextFactory, type CreateContext } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { executeOperation } from '../../src/pipeline/execute.ts';
import { executePlanned } from '../../src/pipeline/planned-execution.ts';
import type { Maybe } from '../../src/reads/cache/maybe.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeUpDocument, type Examples, type MadeUp } from '../support/documents.ts';
import { fickleExamples, fickleSchema } from '../support/fickle-schema.ts';
import { CATEGORIES, generateModel, insertModel, NAMES, SOURCES } from '../support/generated-store.ts';
import { PATIENT_MS } from '../support/graphql.ts';
import { LONG } from '../support/long.ts';

/** Given to graphql-js, it changes nothing; but an operation with a resolver of its own has no plan. */
const UNPLANNED = { fieldResolver: defaultFieldResolver };

/** Where the data is null because of an error at this path: the path itself, or the beginning of it. */
function nulledAt(data: unknown, path: readonly (string | number)[] = []): string {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, index).join('.');
    value = (value as Record<string | number, unknown>)[key];
  }
  return path.join('.');
}

/** A result with the order of its errors. */
function textOf({ data, errors }: ExecutionResult): string {
  return JSON.stringify({ data, errors }, undefined, 1);
}

/**
 * A result with the places that errors have nulled, and the errors at those very places. If several fields fail
 * below a place that they null, it depends on chance which of them graphql-js lists.
 */
function placesOf({ data, errors = [] }: ExecutionResult): string {
  const placed = errors.map((error) => {
    const place = nulledAt(data, error.path);
    return place === error.path?.join('.') ? JSON.stringify(error) : place;
  });
  return JSON.stringify({ data, errors: [...new Set(placed)].toSorted() }, undefined, 1);
}

/** The same variables, with other values for those of `@skip` and `@include`. */
function switched(variables: MadeUp['variables']): MadeUp['variables'] {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, name.startsWith('s') ? value !== true : value]),
  );
}

/** Turns of the event loop in which a rejection of an execution may follow its result. */
const TURNS = 10;

/**
 * Executes with graphql-js, which leaves rejections unhandled if a list that must not be null fails before
 * them. Vitest would report each of them.
 */
async function reference(run: () => Maybe<ExecutionResult>): Promise<ExecutionResult> {
  const listeners = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => {});
  try {
    const result = await run();
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
    return result;
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}

/** Runs made-up documents, each three times: the second run finds the plan of the first, the third needs another. */
async function expectSame(
  options: Omit<Parameters<typeof makeUpDocument>[0], 'seed'> & { readonly documents: number },
  run: (document: DocumentNode, variables: MadeUp['variables']) => Promise<Compared>,
): Promise<void> {
  let compared = 0;
  for (let seed = 1; seed <= options.documents; seed++) {
    const { text, variables } = makeUpDocument({ ...options, seed });
    const document = parse(text);
    if (validate(options.schema, document).length > 0) continue;
    for (const values of [variables, variables, switched(variables)]) {
      const { planned, reference: wanted, inOrder } = await run(document, values);
      const same = inOrder ? textOf : placesOf;
      expect({ text, values, result: same(planned) }).toEqual({ text, values, result: same(wanted) });
    }
    compared += 1;
  }
  expect(compared).toBeGreaterThan(options.documents * 0.8);
}

interface Compared {
  readonly planned: ExecutionResult;
  readonly reference: ExecutionResult;
  /** Whether errors must have the same order, too. */
  readonly inOrder: boolean;
}

async function rejection(): Promise<never> {
  await Promise.resolve();
  throw new Error('later');
}

/** Selects twice as many fields with each fragment. */
function doubling(fragments: number): string {
  const chain = Array.from({ length: fragments }, (_, n) => {
    const below = n === fragments - 1 ? '{ __typename }' : `{ ...F${n + 1} }`;
    return `fragment F${n} on Apple { a: apple ${below} b: apple ${below} }`;
  });
  return `{ apple { ...F0 } } ${chain.join(' ')}`;
}

describe('a planned execution returns what graphql-js returns', () => {
  test.each([
    ['at once', false],
    ['at once or later', true],
  ])('if fields have values or fail %s', async (_when, isAsync) => {
    const fickle = fickleSchema(isAsync);
    const options = { schema: fickle, examples: fickleExamples, depth: 4, documents: LONG ? 3_000 : 200 };
    await expectSame(options, async (document, variableValues) => {
      const args = { schema: fickle, document, variableValues };
      return {
        reference: await reference(() => execute(args)),
        planned: await executePlanned(args),
        inOrder: !isAsync,
      };
    });
  });

  test('if it reads the store', async () => {
    const options = { schema, examples: storeExamples, depth: 4, documents: LONG ? 1_000 : 100 };
    await expectSame(options, async (document, variableValues) => {
      const run = async (more: object) =>
        await executeOperation({ schema, document, variableValues, contextValue: createContext(), ...more });
      const planned = await run({});
      return { planned, reference: await reference(async () => await run(UNPLANNED)), inOrder: false };
    });
  });

  test.each([
    [
      'variables are wrong',
      'query ($n: Int!, $box: Box) { apple { name(n: $n) } echo(box: $box) }',
      { box: 1 },
    ],
    ['`if` is null', 'query ($s: Boolean = true) { apple { name @skip(if: $s) } pear { id } }', { s: null }],
    ['an argument is null', 'query ($n: Int = 2) { apple { name(n: $n) } pear { id } }', { n: null }],
    ['an alias is `__proto__`', '{ __proto__: apple { name } apple { __proto__: name __typename } }', {}],
    ['no operation has the name', 'query A { apple { name } } query B { pear { id } }', {}],
    ['fragments make a short document large', doubling(12), {}],
  ])('if %s', async (_case, text, variableValues) => {
    const args = { schema: fickleSchema(false), document: parse(text), variableValues };
    const wanted = textOf(await execute(args));
    for (const planned of [await executePlanned(args), await executePlanned(args)])
      expect(textOf(planned)).toBe(wanted);
  });

  test('except that no rejection is left unhandled if a list of promises fails', async () => {
    const failing = buildSchema('type Query { list: [Int!] }');
    const rootValue = { list: () => [rejection(), new Error('at once'), rejection()] };
    const result = await executePlanned({ schema: failing, document: parse('{ list }'), rootValue });
    // Vitest fails if a rejection is unhandled.
    expect(result).toMatchObject({
      data: { list: null },
      errors: [{ message: 'at once', path: ['list', 1] }],
    });
  });

  test('if it asks for the schema', async () => {
    const document = parse(
      getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
    );
    const wanted = await execute({ schema, document });
    expect(wanted.errors).toBeUndefined();
    expect(textOf(await executePlanned({ schema, document }))).toBe(textOf(wanted));
  });
});

const model = generateModel({ seed: 31, papers: 40, authors: 15, days: 3 });
let database: TestDatabase;
let createContext: CreateContext;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  createContext = createContextFactory({ database, prepared: true, slowMs: PATIENT_MS });
});
afterAll(async () => await database.close());

const IDS = [
  ...model.papers.slice(0, 3).map(({ arxivId }) => nodeId('Paper', arxivId)),
  ...model.authors.slice(0, 3).map((name) => nodeId('Author', name)),
  ...CATEGORIES.slice(0, 2).map((code) => nodeId('Category', code)),
  nodeId('Paper', 'none'),
  'wrong',
];

const TEXTS: Record<string, readonly unknown[]> = {
  search: ['attention', 'alpha OR zebra', 'title:eclair', 'a"', '光'],
  prefix: ['att', 'yang', 'cs.', ''],
  arxivId: [...model.papers.slice(0, 3).map(({ arxivId }) => arxivId), 'wrong'],
  arxivIds: model.papers.slice(0, 3).map(({ arxivId }) => arxivId),
  code: CATEGORIES,
  categories: CATEGORIES,
  primaryCategories: ['cs.*', 'cs.CV'],
  category: CATEGORIES,
  name: [...NAMES, ...SOURCES],
  names: NAMES,
  authors: NAMES,
  source: SOURCES,
  sources: SOURCES,
  language: ['zh', 'en', 'wrong one'],
  languages: ['zh', 'en', '*'],
  after: [null, null, null, 'wrong'],
  before: [null, null, null, 'wrong'],
};

/** Small pages, and now and then a wrong value. */
const storeExamples: Examples = (name, type) => {
  if (type === 'Int') return name === 'last' ? [null, null, null, 2] : [1, 2, 3, 2, 1, 2, 3, 101, -1];
  if (type === 'Boolean') return [true, false];
  if (type === 'ID') return IDS;
  if (type === 'Date') return ['2025-01-01', '2025-01-02', '2025-01-03'];
  return TEXTS[name] ?? ['text'];
};
