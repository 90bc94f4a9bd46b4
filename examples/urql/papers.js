import { gql } from '@urql/core';

export const PAPERS = gql`
  query Papers($filter: PaperFilter, $orderBy: PaperOrder, $first: Int, $after: String) {
    papers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      edges {
        node {
          id
          arxivId
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

/** Yields the list for `variables` after each page, as a user sees it who keeps pressing "more". */
export async function* growingList(client, variables) {
  let after = null;
  do {
    // Requests one page; the cache returns all pages so far.
    const { data, error } = await client.query(PAPERS, { ...variables, after }).toPromise();
    if (error) throw error;
    yield data.papers;
    const { hasNextPage, endCursor } = data.papers.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
}
