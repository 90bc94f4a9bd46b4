const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

/** The server understood the request and refuses it, or a part of it. */
export class PapergraphError extends Error {
  name = 'PapergraphError';

  constructor({ errors, data = null }) {
    super(errors.map(({ message }) => message).join('; '));
    this.errors = errors;
    /** What was answered nonetheless: an error takes away the nearest field that may be null, no more. */
    this.data = data;
  }

  /** What a program decides by; the messages are for people, and their wording may change. */
  get codes() {
    return this.errors.map(({ extensions }) => extensions?.code);
  }
}

/** What came is no GraphQL answer: a wrong address, a proxy in between, a server that is not up yet. */
export class HttpError extends Error {
  name = 'HttpError';

  constructor({ status, statusText }) {
    super(`HTTP ${status} ${statusText}`);
    this.status = status;
  }
}

/** What `query` answers. Values belong in `variables`, which need no escaping, never in the text. */
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
  // Before the status: a refusal may come as 400 or as 200, and its code says more than either.
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

/** All papers that `variables` ask for, a page at a time: a loop that breaks off asks for no more pages. */
export async function* papers(variables = {}) {
  let after = null;
  do {
    const { nodes, pageInfo } = (await request(PAPERS, { ...variables, after })).papers;
    yield* nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
