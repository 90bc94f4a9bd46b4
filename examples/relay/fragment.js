import {
  fetchQuery,
  getPaginationMetadata,
  getRefetchMetadata,
  getSingularSelector,
  getValueAtPath,
} from 'relay-runtime';

// What `useFragment`, `useRefetchableFragment` and `usePaginationFragment` do, without React. A `reference` stands where
// a query spreads the fragment: it tells the record, and the arguments.

/** What the store holds of `fragment`, all pages so far of its connection included. */
export function read(environment, fragment, reference) {
  return environment.lookup(getSingularSelector(fragment, reference)).data;
}

/** Asks for the fragment anew, with `changed` in place of those arguments; resolves to the new reference. */
export async function refetch(environment, fragment, reference, changed) {
  const { refetchableRequest, identifierInfo, fragmentRefPathInResponse } = getRefetchMetadata(
    fragment,
    'refetch',
  );
  const variables = { ...getSingularSelector(fragment, reference).variables, ...changed };
  // A fragment on an object that has an id is asked for through `node(id:)`.
  if (identifierInfo) {
    const { identifierField, identifierQueryVariableName } = identifierInfo;
    variables[identifierQueryVariableName] = read(environment, fragment, reference)[identifierField];
  }
  const data = await fetchQuery(environment, refetchableRequest, variables).toPromise();
  return getValueAtPath(data, fragmentRefPathInResponse);
}

/** Asks for the next page, which the store adds to the others; false where there is none. */
export async function loadNext(environment, fragment, reference, first) {
  const { connectionPathInFragmentData } = getPaginationMetadata(fragment, 'loadNext');
  const connection = getValueAtPath(read(environment, fragment, reference), connectionPathInFragmentData);
  const { hasNextPage, endCursor } = connection.pageInfo;
  if (hasNextPage) await refetch(environment, fragment, reference, { first, after: endCursor });
  return hasNextPage;
}
