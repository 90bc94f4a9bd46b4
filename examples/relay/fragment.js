import {
  fetchQuery,
  getPaginationMetadata,
  getRefetchMetadata,
  getSingularSelector,
  getValueAtPath,
} from 'relay-runtime';

// Do without React what `useFragment`, `useRefetchableFragment` and `usePaginationFragment` do. A query that
// spreads a fragment contains a `reference` in its place, which identifies the record and the arguments.

/** Reads a fragment from the store, including all pages of its connection so far. */
export function read(environment, fragment, reference) {
  return environment.lookup(getSingularSelector(fragment, reference)).data;
}

/** Refetches the fragment with some arguments `changed`. Resolves to the new reference. */
export async function refetch(environment, fragment, reference, changed) {
  const { refetchableRequest, identifierInfo, fragmentRefPathInResponse } = getRefetchMetadata(
    fragment,
    'refetch',
  );
  const variables = { ...getSingularSelector(fragment, reference).variables, ...changed };
  // A fragment on an object with an id is refetched through `node(id:)`.
  if (identifierInfo) {
    const { identifierField, identifierQueryVariableName } = identifierInfo;
    variables[identifierQueryVariableName] = read(environment, fragment, reference)[identifierField];
  }
  const data = await fetchQuery(environment, refetchableRequest, variables).toPromise();
  return getValueAtPath(data, fragmentRefPathInResponse);
}

/** Loads the next page, which the store appends to the others. Returns false if there is none. */
export async function loadNext(environment, fragment, reference, first) {
  const { connectionPathInFragmentData } = getPaginationMetadata(fragment, 'loadNext');
  const connection = getValueAtPath(read(environment, fragment, reference), connectionPathInFragmentData);
  const { hasNextPage, endCursor } = connection.pageInfo;
  if (hasNextPage) await refetch(environment, fragment, reference, { first, after: endCursor });
  return hasNextPage;
}
