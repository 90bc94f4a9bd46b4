import { gql } from '@apollo/client';

// `edges`, not `nodes`: it is edges that relayStylePagination merges; of `nodes` it keeps the last page alone.
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

/** The list that `variables` ask for, as it grows by a page at a time: what a user sees who keeps pressing "more". */
export async function* growingList(client, variables) {
  const options = { query: PAPERS, variables };
  await client.query(options);
  const list = client.watchQuery(options);
  for (;;) {
    // From the cache, where all pages so far are one list; a component would be handed the same.
    const { papers } = client.readQuery(options);
    yield papers;
    if (!papers.pageInfo.hasNextPage) return;
    await list.fetchMore({ variables: { after: papers.pageInfo.endCursor } });
  }
}
