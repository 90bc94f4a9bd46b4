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
