import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ERRORS, type ErrorCode, type ErrorEntry } from '../errors/catalogue.ts';
import { clientError } from '../graphql/errors.ts';

const INTERNAL: ErrorCode = 'INTERNAL';

/** Optional parts of an error about a request as a whole. */
interface RequestErrorOptions {
  /** One of the code's statuses in the catalogue; the first by default. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Further entries of `extensions`: those that the catalogue names. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error about a request as a whole, with the HTTP status that the catalogue has for its code. */
export function requestError(
  code: ErrorCode,
  message: string,
  { status, headers, details }: RequestErrorOptions = {},
): GraphQLError {
  const http = { ...httpOf(code), ...(status !== undefined && { status }), ...(headers && { headers }) };
  return clientError(code, message, { ...details, http });
}

/** Sets the code of an error of graphql-js about a request as a whole, and the code's HTTP status. */
export function setCode(error: GraphQLError, code: ErrorCode): void {
  Object.assign(error.extensions, { code, http: httpOf(code) });
}

/** The HTTP status of an event stream that begins with these errors, by the rule for application/json. */
export function statusOf(errors: readonly GraphQLError[] = []): number {
  return highestStatus(errors, true) || 200;
}

/** The status and the headers, apart from those about its form, of a result that is sent as JSON. */
export function responseOf(
  result: ExecutionResult,
  mediaType: string,
): { status: number; headers: Record<string, string> } {
  const { errors } = result;
  if (errors === undefined || errors.length === 0) return { status: 200, headers: {} };
  const headers: Record<string, string> = {};
  for (const { extensions } of errors) Object.assign(headers, extensions.http?.headers);
  const masked = errors.some((error) => error.extensions.http === undefined && !isMeantForClients(error));
  const status = highestStatus(errors, mediaType !== 'application/graphql-response+json');
  return { status: status || (masked && !('data' in result) ? 500 : 200), headers };
}

/** The highest status of errors; 0 if none has one. */
function highestStatus(errors: readonly GraphQLError[], asJson: boolean): number {
  const statusIn = ({ extensions: { http } }: GraphQLError): number =>
    asJson && http?.spec === true ? 0 : (http?.status ?? 0);
  return Math.max(0, ...errors.map(statusIn));
}

/** Here `spec` means: status 200 for application/json. Yoga's own errors use it, too. */
function httpOf(code: ErrorCode): { status?: number; spec?: true } {
  const { statuses, okAsJson }: ErrorEntry = ERRORS[code];
  const [status] = statuses;
  return { ...(status !== undefined && { status }), ...(okAsJson && { spec: true }) };
}

/**
 * Hides failures of the server from clients. GraphQLErrors are meant for clients and are returned as they
 * are. Anything else becomes the `originalError` of an error with the code INTERNAL.
 */
export function maskError(error: unknown): GraphQLError {
  if (isMeantForClients(error)) return error;
  const place = error instanceof GraphQLError ? error : undefined;
  return new GraphQLError('Something went wrong here. The log tells more under this requestId.', {
    nodes: place?.nodes ?? null,
    source: place?.source ?? null,
    positions: place?.positions ?? null,
    path: place?.path ?? null,
    originalError: error instanceof Error ? error : new Error(String(error)),
    extensions: { code: INTERNAL },
  });
}

function isMeantForClients(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError === undefined || isMeantForClients(error.originalError);
}

/**
 * Completes the errors of a result for the client, in place. Masked errors are logged, and get the request's
 * id to find them in the log. Errors of graphql-js about variables, which have no code yet, become
 * BAD_USER_INPUT.
 */
export function finishErrors(result: ExecutionResult, requestId: string, log: Logger): void {
  for (const error of result.errors ?? []) {
    const { extensions, originalError, path } = error;
    if (extensions['code'] === INTERNAL) {
      extensions['requestId'] = requestId;
      log.error({ requestId, path, err: originalError }, 'operation failed');
    } else if (extensions['code'] === undefined && path === undefined) setCode(error, 'BAD_USER_INPUT');
  }
}

/** Errors for a client without `extensions.http`, Yoga's hints for the status and headers of a response. */
export function formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { http: _, ...extensions } = error.extensions;
    return { ...error.toJSON(), extensions };
  });
}
