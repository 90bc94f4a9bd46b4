const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

/** The server answered with errors: it refused the request, or a part of it. */
export class PapergraphError extends Error {
  name = 'PapergraphError';

  constructor({ errors, data = null }) {
    super(errors.map(({ message }) => message).join('; '));
    this.errors = errors;
    /** Partial data: an error nulls only the nearest nullable field. */
    this.data = data;
  }

  /** Codes for programs to act on. Messages are for people, and their wording may change. */
  get codes() {
    return this.errors.map(({ extensions }) => extensions?.code);
  }
}

/** The response is not from GraphQL: a wrong address, a proxy, or a server that is not up yet. */
export class HttpError extends Error {
  name = 'HttpError';

  constructor({ status, statusText }) {
    super(`HTTP ${status} ${statusText}`);
    this.status = status;
  }
}

/**
 * Sends a query and returns its data. Put values into `variables`, which need no escaping, never into the
 * text.
 */
export async function request(query, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = parse(await response.text());
  // Checked before the status: an error may come with 400 or 200, and its code says more than either.
  if (Array.isArray(answer?.errors)) throw new PapergraphError(answer);
  if (!response.ok || !answer?.data) throw new HttpError(response);
  return answer.data;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const PAPERS = /* GraphQL */ `
  query Papers($filter: PaperFilter, $orderBy: PaperOrder, $first: Int, $after: String) {
    papers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        arxivId
        title
        authors(first: 3) {
          nodes {
            name
          }
        }
        summary(languages: ["en", "*"]) {
          tldr
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

/** Yields all papers for `variables`, loading pages as needed. Leaving the loop stops loading. */
export async function* papers(variables = {}) {
  let after = null;
  do {
    const { nodes, pageInfo } = (await request(PAPERS, { ...variables, after })).papers;
    yield* nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
