import { codeOfStatus, isRetryableCode } from '../errors/catalogue.ts';

/** A GraphQL error, as a server sends it. */
export interface SentError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The server refuses the subscription: trying again would fail in the same way. */
export class FeedError extends Error {
  override readonly name = 'FeedError';
  /** Such as CURSOR_EXPIRED: `extensions.code` of the first error. */
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
  /** How long the server asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The client closed the connection because its reader was too far behind. It may resume at once. */
export class Behind extends Error {
  override readonly name = 'Behind';
}

/** HTTP statuses by which a server or a proxy says "not now", beside those from 500 on. */
const RETRYABLE_STATUSES = new Set([408, 425, 429]);

/**
 * The error for an HTTP status that came instead of a stream: Lost if another try may succeed, else
 * FeedError. `errors` are those of the response, `retryAfterMs` is the wait that it asks for.
 */
export function errorOfStatus(
  status: number,
  { errors, retryAfterMs }: { errors?: readonly SentError[]; retryAfterMs?: number } = {},
): FeedError | Lost {
  const message = `HTTP status ${status}`;
  if (isRetryableStatus(status)) return new Lost(message, retryAfterMs);
  // No server sends NOT_FOUND: it means that there is no Papergraph at this address.
  const code = status === 404 ? 'NOT_FOUND' : codeOfStatus(status);
  if (errors !== undefined) return new FeedError(errors, codeOf(errors[0]) ?? code);
  return new FeedError([{ message: `expected a GraphQL feed, got ${message}` }], code);
}

/** Whether the same request may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status >= 500 || RETRYABLE_STATUSES.has(status);
}

/** The error for GraphQL errors that a server sent: Lost if another try may succeed, else FeedError. */
export function errorOf(errors: readonly SentError[]): FeedError | Lost {
  const [first] = errors;
  if (first === undefined || !isRetryableCode(codeOf(first))) return new FeedError(errors);
  const wait = first.extensions?.['retryAfterMs'];
  return new Lost(first.message, typeof wait === 'number' ? wait : 0);
}

function codeOf(error: SentError | undefined): string | undefined {
  const code = error?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}
