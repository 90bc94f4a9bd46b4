import { readFileSync } from 'node:fs';
import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../src/limits/limits.ts';
import { shapeError } from '../../src/pipeline/document-shape.ts';
import { price } from '../support/price.ts';

const times = (count: number, field: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field(n)}`).join(' ');
const level = (field: string, first: number, below: string): string =>
  `${field}(first: ${first}) { nodes { ${below} } }`;
const SEARCH = 'filter: { search: "learning" }';

/** Whether the default limits refuse a document before it runs. */
function isRefused(text: string): boolean {
  const limits = limitsOf();
  if (text.length > limits.maxDocumentCharacters) return true;
  return shapeError(parse(text), limits) !== undefined || price(text) > limits.maxCost;
}

describe('the default limits', () => {
  test.each([
    [
      'abstracts under 1,200 aliases',
      `{ ${level(
        'papers',
        100,
        level(
          'authors',
          10,
          level(
            'papers',
            20,
            times(1_200, () => 'abstract'),
          ),
        ),
      )} }`,
    ],
    [
      'abstracts under 90 aliases',
      `{ ${level(
        'papers',
        100,
        level(
          'authors',
          10,
          level(
            'papers',
            20,
            times(90, () => 'abstract'),
          ),
        ),
      )} }`,
    ],
    ['Markdown under 30 aliases', `{ digests(first: 100) { nodes { ${times(30, () => 'markdown')} } } }`],
    ['the Markdown of 100 digests', '{ digests(first: 100) { nodes { markdown } } }'],
    [
      'four lists of 100 within one another',
      `{ ${level('papers', 100, level('authors', 100, level('papers', 100, level('authors', 100, level('papers', 100, 'title')))))} }`,
    ],
    [
      'three lists of 100 within one another',
      `{ ${level('papers', 100, level('authors', 100, level('papers', 100, 'title')))} }`,
    ],
    [
      'a common word under 50 aliases',
      `{ ${times(50, (n) => `papers(first: 1, filter: { search: "learning w${n}" }) { nodes { id } }`)} }`,
    ],
    [
      'facets under 50 aliases',
      `{ ${times(50, (n) => `papers(first: 0, filter: { search: "learning w${n}" }) { facets { withCode } }`)} }`,
    ],
    [
      'highlights under 20 aliases',
      `{ papers(first: 100, ${SEARCH}) { edges { ${times(20, () => 'highlights { text }')} } } }`,
    ],
    [
      'highlights of 20 searches',
      `{ ${times(20, (n) => `papers(first: 100, filter: { search: "learning w${n}" }) { edges { highlights { text } } }`)} }`,
    ],
    [
      'introspection under 100 aliases',
      `{ ${times(100, () => '__schema { types { name fields { name description } } }')} }`,
    ],
    ['related papers of 100 papers', `{ ${level('papers', 100, 'related(first: 100) { score }')} }`],
    [
      'facets of 20 categories',
      `{ ${level('categories', 20, 'papers(first: 0) { facets { authors { value } } }')} }`,
    ],
    ['coauthors of 100 authors', `{ ${level('authors', 100, level('coauthors', 1, 'name'))} }`],
    [
      'type names under 90 aliases',
      `{ ${level(
        'papers',
        100,
        level(
          'authors',
          10,
          level(
            'papers',
            20,
            times(90, () => '__typename'),
          ),
        ),
      )} }`,
    ],
  ])('refuse %s', (_what, text) => expect(isRefused(text)).toBe(true));

  test.each([
    [
      'the introspection of tools',
      getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
    ],
    [
      'papers, authors, papers by 20, 10, 5',
      `{ ${level('papers', 20, level('authors', 10, level('papers', 5, 'title abstract categories { code }')))} }`,
    ],
    [
      'a page of results with highlights, facets and summaries',
      `{ papers(first: 20, ${SEARCH}) { totalCount edges { score highlights { text ranges { start } }
        node { title abstract authors { nodes { name } } summary { tldr } } } facets { categories { value count }
        authors { value } timeline { start count } withCode
        sources { count } languages { count } } } }`,
    ],
    [
      '100 whole papers',
      `{ ${level('papers', 100, 'title abstract summary { tldr method result } authors { nodes { name } }')} }`,
    ],
    ['the Markdown of a digest', '{ digests(first: 1) { nodes { markdown } } }'],
  ])('let %s through', (_what, text) => expect(isRefused(text)).toBe(false));
});

/** The rows of a table in docs/querying.md: a query and its price. */
const PRICED = /^\| `(?<query>\{.*\})` *\| *(?<points>[\d,]+) \|$/gm;

test('docs/querying.md prints the prices of its queries', () => {
  const rows = [...readFileSync('docs/querying.md', 'utf8').matchAll(PRICED)];
  expect(rows.length).toBeGreaterThan(5);
  for (const { groups = {} } of rows) {
    const { query = '', points = '' } = groups;
    expect({ query, points: price(query) }).toEqual({ query, points: Number(points.replaceAll(',', '')) });
  }
});
