import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import type { ErrorCode } from '../errors/catalogue.ts';
import { InputError } from '../errors/input-error.ts';
import { DeadlineError } from '../database/statements.ts';
import type { Admin } from './context.ts';

/** An error that passes to the client as it is. All others are masked as INTERNAL. */
export function clientError(
  code: ErrorCode,
  message: string,
  extensions: GraphQLErrorExtensions = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions } });
}

/** A wrong value of an argument. `argument` is the path to it, such as `["filter", "categories"]`. */
export function badUserInput(argument: readonly string[], message: string): GraphQLError {
  return clientError('BAD_USER_INPUT', message, { argument });
}

/**
 * Why a caller may not post digests: UNAUTHENTICATED, or FORBIDDEN on a server without admin token.
 * Undefined for an admin.
 */
export function adminRefusal(admin: Admin): GraphQLError | undefined {
  if (admin === 'yes') return undefined;
  return admin === 'unset'
    ? clientError('FORBIDDEN', 'ingestDigest: this server has no admin token set')
    : clientError(
        'UNAUTHENTICATED',
        'ingestDigest: expected the header authorization: Bearer and the admin token',
      );
}

/** Runs a read. Throws its InputErrors and DeadlineErrors as GraphQLErrors for the client. */
export async function refusing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asClientError(error) ?? error;
  }
}

/**
 * Any failure as a GraphQLError. A failure that is not meant for the client becomes its `originalError`, by
 * which the pipeline recognizes that it must be masked.
 */
export function refused(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return asClientError(error) ?? new GraphQLError('failed', { originalError });
}

/**
 * An error of a field, for the client. If a read threw an InputError or DeadlineError there, the code and
 * message are those of that error: resolvers need not wrap every loader in `refusing`.
 */
export function refusedInPlace(error: GraphQLError): GraphQLError {
  const cause = asClientError(error.originalError);
  if (cause === undefined) return error;
  const { nodes, path } = error;
  const { message, extensions } = cause;
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
}

/** The error of what exceeded its deadline. */
export function tookTooLong(): GraphQLError {
  return clientError('TIMEOUT', 'This took too long. Asking for less may help, as may trying again.');
}

function asClientError(error: unknown): GraphQLError | undefined {
  if (error instanceof DeadlineError) return tookTooLong();
  if (!(error instanceof InputError)) return undefined;
  const { code, argument, position, message } = error;
  return clientError(code, message, { argument, ...(position !== undefined && { position }) });
}
