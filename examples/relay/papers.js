import { graphql } from './relay.js';

// Refetched on the query itself, as `papersListPageQuery`.
export const List = await graphql`
  fragment papersList on Query
  @refetchable(queryName: "papersListPageQuery")
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }, orderBy: { type: "PaperOrder" }) {
    papers(first: $first, after: $after, orderBy: $orderBy) @connection(key: "papersList_papers") {
      totalCount
      edges {
        node {
          id
          arxivId
          title
        }
      }
    }
  }
`;

export const ListQuery = await graphql`
  query papersListQuery($first: Int!, $orderBy: PaperOrder) {
    ...papersList @arguments(first: $first, orderBy: $orderBy)
  }
`;

// Refetched through `node(id:)`, as any object with an id can be.
export const Author = await graphql`
  fragment papersAuthor on Author
  @refetchable(queryName: "papersAuthorPageQuery")
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }, orderBy: { type: "PaperOrder" }) {
    name
    papers(first: $first, after: $after, orderBy: $orderBy) @connection(key: "papersAuthor_papers") {
      totalCount
      edges {
        node {
          id
          arxivId
          title
        }
      }
    }
  }
`;

export const AuthorQuery = await graphql`
  query papersAuthorQuery($name: String!, $first: Int!) {
    author(by: { name: $name }) {
      ...papersAuthor @arguments(first: $first)
    }
  }
`;
