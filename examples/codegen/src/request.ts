import type { TypedDocumentString } from './__generated__/graphql.js';

const url = process.env['PAPERGRAPH_URL'] ?? 'http://localhost:4000/graphql';

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/**
 * Sends a document and returns its data. The document's type determines the types of variables and result.
 */
export async function request<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
  });
  if (!response.headers.get('content-type')?.includes('json')) throw new Error(`HTTP ${response.status}`);
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (errors !== undefined)
    throw new Error(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('\n'));
  if (data === undefined || data === null) throw new Error(`HTTP ${response.status}`);
  return data;
}
