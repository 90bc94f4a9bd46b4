import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

// What makes two lists different lists. `first` and `after` only tell pages of one list apart: left out, its pages merge.
const papers = relayStylePagination(['filter', 'orderBy']);

/** Types with an `id`, which is unique and the same in every answer, are kept once each; nothing needs to be said. */
export const createClient = () =>
  new ApolloClient({
    link: new HttpLink({ uri: process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql' }),
    cache: new InMemoryCache({
      typePolicies: {
        Query: { fields: { papers } },
        Author: { fields: { papers } },
        Category: { fields: { papers } },
        Paper: { fields: { authors: relayStylePagination() } },
      },
    }),
  });
