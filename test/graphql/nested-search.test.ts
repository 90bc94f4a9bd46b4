import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { generateModel, insertModel, NAMES } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

// Names that many papers print, some of them twice.
const model = generateModel({ seed: 31, papers: 200, authors: 20, days: 10 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

const SEARCH = 'attention OR (algebras -title:7)';
const isFound = ({ title }: { title: string }) =>
  /attention/i.test(title) || (/algebras/i.test(title) && !title.endsWith(' 7'));

/** The papers of one author that the search finds, page after page. */
const walkOf = async (name: string, { order, backward = false }: { order: string; backward?: boolean }) =>
  await walk<{ arxivId: string }>(query, {
    field: `papers(filter: {search: "${SEARCH}"}, orderBy: ${order}, `,
    select: 'arxivId',
    within: 'author(by: {name: $name}) { FIELD }',
    declare: '$name: String',
    variables: { name },
    size: 3,
    backward,
  });

// Null is RELEVANCE here.
describe.each(['null', 'RELEVANCE', 'NEWEST', 'TITLE', 'MOST_STARS'])(
  'the papers of an author that a search finds, orderBy: %s,',
  (order) => {
    test('appear once each, in the same order forward and backward', async () => {
      for (const name of NAMES) {
        const forward = await walkOf(name, { order });
        const expected = model.papers.filter((paper) => paper.authors.includes(name) && isFound(paper));
        expect(expected.length).toBeGreaterThan(3);
        expect(forward.map(({ arxivId }) => arxivId).toSorted()).toEqual(
          expected.map(({ arxivId }) => arxivId).toSorted(),
        );
        expect(await walkOf(name, { order, backward: true })).toEqual(forward);
      }
    });

    test('are the same for many authors at once as for each alone, with their total', async () => {
      interface Papers {
        totalCount: number;
        edges: { score: number; node: { arxivId: string } }[];
      }
      const { data, errors, statements } = await query<{
        authors: { nodes: { name: string; papers: Papers }[] };
      }>(
        `{ authors(first: 20) { nodes { name
        papers(first: 3, filter: {search: "${SEARCH}"}, orderBy: ${order}) {
          totalCount edges { score node { arxivId } } } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(statements.map(({ name }) => name)).toEqual([
        'storeVersion',
        'Query.authors',
        'searchWords',
        'Author.papers',
        'paperById',
      ]);
      expect(data.authors.nodes).toHaveLength(20);
      for (const { name, papers } of data.authors.nodes) {
        const all = await walkOf(name, { order });
        expect(papers.totalCount).toBe(all.length);
        expect(papers.edges.map(({ node }) => node)).toEqual(all.slice(0, 3));
        for (const { score } of papers.edges) expect(score).toBeGreaterThan(0);
      }
    });
  },
);
