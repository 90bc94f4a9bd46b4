import { GraphQLError } from 'graphql';
import { InputError } from '../reads/input-error.ts';

/** `errors[].extensions.code` of the errors that a caller can do something about; all others are masked as INTERNAL. */
type ErrorCode = InputError['code'];

/** An argument that cannot be; `argument` leads to it, such as `["filter", "categories"]`. */
export function badUserInput(argument: readonly string[], message: string): GraphQLError {
  return refusal('BAD_USER_INPUT', argument, { message });
}

/** Runs a read; what it refuses becomes the error that callers see. */
export async function refusing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw refused(error);
    throw error;
  }
}

/** Any failure as an error of GraphQL: what was refused as callers see it; anything else has the original beneath it. */
export function refused(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof InputError) {
    const { code, argument, position, message } = error;
    return refusal(code, argument, { message, position });
  }
  return new GraphQLError('failed', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
}

function refusal(
  code: ErrorCode,
  argument: readonly string[],
  { message, position }: { message: string; position?: number | undefined },
): GraphQLError {
  const extensions = { code, argument, ...(position !== undefined && { position }) };
  return new GraphQLError(message, { extensions });
}
