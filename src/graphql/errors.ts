import { GraphQLError } from 'graphql';
import { InputError } from '../errors/input-error.ts';
import { DeadlineError } from '../database/statements.ts';
import type { Admin } from './context.ts';

/** `errors[].extensions.code` of the errors that a caller can do something about; all others are masked as INTERNAL. */
type ErrorCode = InputError['code'] | 'TIMEOUT';

/** An argument that cannot be; `argument` leads to it, such as `["filter", "categories"]`. */
export function badUserInput(argument: readonly string[], message: string): GraphQLError {
  return refusal('BAD_USER_INPUT', message, { argument });
}

/** Why a caller may not post digests: UNAUTHENTICATED, or FORBIDDEN on a server without admin; undefined for an admin. */
export function adminRefusal(admin: Admin): GraphQLError | undefined {
  if (admin === 'yes') return undefined;
  const [code, message] =
    admin === 'unset'
      ? ['FORBIDDEN', 'ingestDigest: this server has no admin token set']
      : ['UNAUTHENTICATED', 'ingestDigest: expected the header authorization: Bearer and the admin token'];
  return new GraphQLError(message, { extensions: { code } });
}

/** Runs a read; what it refuses becomes the error that callers see. */
export async function refusing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw seen(error) ?? error;
  }
}

/** Any failure as an error of GraphQL: what was refused as callers see it; anything else has the original beneath it. */
export function refused(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return seen(error) ?? new GraphQLError('failed', { originalError });
}

/** An error of an answer: what a read refused stands in its place as callers see it, whoever asked for the read. */
export function refusedInPlace(error: GraphQLError): GraphQLError {
  const refusedThere = seen(error.originalError);
  if (refusedThere === undefined) return error;
  const { nodes, path } = error;
  const { message, extensions } = refusedThere;
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
}

/** A failure that callers can do something about, as they see it; undefined for any other. */
function seen(error: unknown): GraphQLError | undefined {
  if (error instanceof DeadlineError)
    return refusal('TIMEOUT', 'This took too long. Asking for less may help, as may trying again.');
  if (!(error instanceof InputError)) return undefined;
  const { code, argument, position, message } = error;
  return refusal(code, message, { argument, ...(position !== undefined && { position }) });
}

function refusal(code: ErrorCode, message: string, more: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...more } });
}
