// Every code that this server puts into `errors[].extensions.code`. Imports nothing, because the client also
// runs in browsers.

/** What one code means, and what a client should do about it. */
export interface ErrorEntry {
  /**
   * HTTP statuses of a response without data. Empty if the error only occurs in responses with status 200.
   */
  readonly statuses: readonly number[];
  /** Whether `application/json` gets status 200, as GraphQL over HTTP recommends for well-formed requests. */
  readonly okAsJson?: true;
  /** Whether the same request may succeed later, so that a client should retry it. */
  readonly retryable: boolean;
  /** The names of further entries in `extensions`. */
  readonly details?: readonly string[];
  readonly meaning: string;
  readonly advice: string;
}

/** The catalogue of errors. `docs/errors.md` is generated from it. */
export const ERRORS = {
  BAD_USER_INPUT: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    details: ['argument', 'position'],
    meaning:
      'An argument or a variable has a wrong value. `argument` is the path to it, such as ' +
      '`["filter", "search"]`; `position` is the offset of the mistake in its text, in UTF-16 code units.',
    advice: 'Correct the argument. Show the message beside the input that it came from.',
  },
  CURSOR_INVALID: {
    statuses: [],
    retryable: false,
    details: ['argument'],
    meaning:
      'The cursor belongs to another list, another database, or a database that has been restored since.',
    advice:
      'Drop the cursor and load the list again. For the feed, read `feedCursor` together with the list.',
  },
  CURSOR_EXPIRED: {
    statuses: [],
    retryable: false,
    details: ['argument'],
    meaning:
      'The events after this feed cursor have been deleted, because they are older than the retention.',
    advice: 'Load the list again together with `feedCursor`, and resume from that cursor.',
  },
  UNAUTHENTICATED: {
    statuses: [401],
    retryable: false,
    meaning:
      'The operation requires a token, which was missing or wrong: the admin token to post digests, and on a server ' +
      'with read tokens one of these for everything.',
    advice:
      'Send `Authorization: Bearer TOKEN`; on a WebSocket, send it as `authorization` in `connection_init`.',
  },
  FORBIDDEN: {
    statuses: [403],
    retryable: false,
    meaning:
      'This server accepts no posted digests, because it has no admin token or its database is read-only. Or it ' +
      'runs only trusted documents, and this is not one of them.',
    advice: 'Ask the operator of the server.',
  },
  QUERY_TOO_COMPLEX: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    details: ['cost', 'budget'],
    meaning:
      'The operation may cost more than the server allows for one operation, or its answer became too long. ' +
      '`cost` is its price in points, `budget` the most that it may be.',
    advice:
      'Ask for less: smaller pages, fewer levels of lists, fewer facets and searches, or several operations. ' +
      'Every answer has its price in `extensions.cost`.',
  },
  RATE_LIMITED: {
    statuses: [429, 503],
    retryable: true,
    details: ['retryAfterMs'],
    meaning:
      'The client has used up its points, has too many operations running at once, or the whole server is ' +
      'overloaded (503).',
    advice: 'Wait `retryAfterMs` milliseconds, then retry.',
  },
  TIMEOUT: {
    statuses: [],
    retryable: true,
    meaning: 'The answer took longer than its deadline. A field with a shorter deadline is null on its own.',
    advice: 'Request less, such as a narrower filter or a smaller page, or retry later.',
  },
  INTERNAL: {
    statuses: [500],
    retryable: true,
    details: ['requestId'],
    meaning: 'The server failed. The message hides the reason; the server logs it under `requestId`.',
    advice: 'Retry with increasing delays. Report the `requestId` if it persists.',
  },
  BAD_REQUEST: {
    statuses: [400, 405, 406, 413, 415],
    retryable: false,
    meaning: 'The request is not GraphQL over HTTP as this server accepts it, or exceeds a limit.',
    advice: 'Correct the request. The message says what was expected.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    meaning:
      'The server has no document with this `documentId` or hash. The message is `PersistedQueryNotFound`.',
    advice:
      'Send the document itself, with its hash to register it. Clients with automatic persisted queries do so ' +
      'by themselves.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    meaning:
      'Clients of this server cannot register documents by their hash. The message is ' +
      '`PersistedQueryNotSupported`.',
    advice: 'Send documents without hashes. Clients with automatic persisted queries do so by themselves.',
  },
  GRAPHQL_PARSE_FAILED: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    meaning: 'The document has a syntax error.',
    advice: 'Correct the document at `locations`.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    statuses: [400],
    okAsJson: true,
    retryable: false,
    meaning: 'The document does not match the schema.',
    advice:
      'Correct the document at `locations`. Generating types from the schema finds such mistakes earlier.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    statuses: [400],
    retryable: false,
    meaning:
      '`operationName` names no operation of the document, or is missing though the document has several.',
    advice: 'Send the name of one of the operations.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

/** Whether a value is a retryable code of the catalogue. */
export function isRetryableCode(code: unknown): boolean {
  return isErrorCode(code) && ERRORS[code].retryable;
}

/** Whether a value is a code of the catalogue. */
function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** The only code with this HTTP status. Undefined if there is none, or more than one. */
export function codeOfStatus(status: number): ErrorCode | undefined {
  const entries: readonly [string, ErrorEntry][] = Object.entries(ERRORS);
  const codes = entries.flatMap(([code, { statuses }]) =>
    statuses.includes(status) && isErrorCode(code) ? [code] : [],
  );
  return codes.length === 1 ? codes[0] : undefined;
}
