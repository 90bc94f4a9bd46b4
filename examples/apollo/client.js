import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

// Arguments that distinguish lists. `first` and `after` only distinguish pages of a list; leaving them out
// merges the pages.
const papers = relayStylePagination(['filter', 'orderBy']);

/** Objects with an `id` are stored once each, without configuration: their ids are unique and stable. */
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
