import { graphql } from './__generated__/gql.js';
import type { PapersQuery, PapersQueryVariables } from './__generated__/graphql.js';
import { request } from './request.js';

export const PAPERS = graphql(`
  query Papers($filter: PaperFilter, $orderBy: PaperOrder, $first: Int, $after: String) {
    papers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        arxivId
        title
        firstDigestDate
        pdfUrl
        codeStars
        primaryCategory {
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type Paper = PapersQuery['papers']['nodes'][number];

/** Yields all papers for `variables`, loading one page at a time. */
export async function* papers(variables: PapersQueryVariables): AsyncGenerator<Paper, void> {
  let after: string | null = null;
  do {
    const page: PapersQuery = await request(PAPERS, { ...variables, after });
    yield* page.papers.nodes;
    const { hasNextPage, endCursor } = page.papers.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
}
