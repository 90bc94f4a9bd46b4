import { gql } from '@apollo/client';

// Select `edges`, not `nodes`: relayStylePagination merges only edges. Of `nodes` it keeps the last page.
const PAGE = gql`
  fragment Page on PaperConnection {
    totalCount
    edges {
      cursor
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
`;

export const PAPERS = gql`
  query Papers($filter: PaperFilter, $orderBy: PaperOrder, $first: Int, $after: String) {
    papers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      ...Page
    }
  }
  ${PAGE}
`;

export const AUTHOR = gql`
  query Author($name: String!, $first: Int, $after: String) {
    author(by: { name: $name }) {
      id
      name
      papers(first: $first, after: $after) {
        ...Page
      }
    }
  }
  ${PAGE}
`;

/** Yields the list for `variables` after each page, as a user sees it who keeps pressing "more". */
export async function* growingList(client, variables) {
  const options = { query: PAPERS, variables };
  await client.query(options);
  const list = client.watchQuery(options);
  for (;;) {
    // Read from the cache, where all pages so far are one list. A component would get the same.
    const { papers } = client.readQuery(options);
    yield papers;
    if (!papers.pageInfo.hasNextPage) return;
    await list.fetchMore({ variables: { after: papers.pageInfo.endCursor } });
  }
}
