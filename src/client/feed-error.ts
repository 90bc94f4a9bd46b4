/** An error of GraphQL, as a server sends it. */
export interface SentError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The server refuses for good: trying again would give the same answer. */
export class FeedError extends Error {
  override readonly name = 'FeedError';
  /** Such as CURSOR_EXPIRED; what the server gave in `extensions.code` of the first error. */
  readonly code: string;
  readonly errors: readonly SentError[];

  constructor(errors: readonly SentError[], code = codeOf(errors[0]) ?? 'BAD_REQUEST') {
    super(errors.map(({ message }) => message).join('; ') || code);
    this.code = code;
    this.errors = errors;
  }
}

/** The connection was lost, or the server cannot answer now. */
export class Lost extends Error {
  override readonly name = 'Lost';
  /** The server has said to wait so long, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The connection was ended from here, as its reader was too far behind: what it lacks may be asked for at once. */
export class Behind extends Error {
  override readonly name = 'Behind';
}

/** Statuses of HTTP by which a server or a proxy says "not now", beside those from 500 on. */
const PASSING_STATUSES = new Set([408, 425, 429]);
const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
};

/**
 * What a status of HTTP means where a stream was expected: to be tried again, or the end. `errors` are those of the answer,
 * `retryAfterMs` the wait that it asks for.
 */
export function errorOfStatus(
  status: number,
  { errors, retryAfterMs }: { errors?: readonly SentError[]; retryAfterMs?: number } = {},
): FeedError | Lost {
  const message = `HTTP status ${status}`;
  if (isPassing(status)) return new Lost(message, retryAfterMs);
  if (errors !== undefined) return new FeedError(errors, codeOf(errors[0]) ?? CODES[status]);
  return new FeedError([{ message: `expected a GraphQL feed, got ${message}` }], CODES[status]);
}

/** Whether the same request may be answered later. */
export function isPassing(status: number): boolean {
  return status >= 500 || PASSING_STATUSES.has(status);
}

const PASSING = new Set(['INTERNAL', 'TIMEOUT', 'RATE_LIMITED']);

/** What errors of a server mean: to be tried again, or the end. */
export function errorOf(errors: readonly SentError[]): FeedError | Lost {
  const [first] = errors;
  const code = codeOf(first);
  if (first === undefined || code === undefined || !PASSING.has(code)) return new FeedError(errors);
  const wait = first.extensions?.['retryAfterMs'];
  return new Lost(first.message, typeof wait === 'number' ? wait : 0);
}

function codeOf(error: SentError | undefined): string | undefined {
  const code = error?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}
