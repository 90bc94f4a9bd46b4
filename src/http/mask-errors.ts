import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';

const INTERNAL = 'INTERNAL';

/**
 * What a client may see of an error. GraphQLErrors are meant for clients and pass; anything else is a failure of ours
 * and is hidden behind the code INTERNAL, the original beneath it.
 */
export function maskError(error: unknown): Error {
  if (error instanceof Error && isMeantForClients(error)) return error;
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

/**
 * Finishes a result's errors for the client: masked ones get the request's id and go to the log under it; what
 * graphql-js says of the request itself (wrong variables, unknown operation) gets the code BAD_USER_INPUT and 400.
 */
export function finishErrors(result: ExecutionResult, requestId: string, log: Logger): void {
  for (const { extensions, originalError, path } of result.errors ?? []) {
    if (extensions['code'] === INTERNAL) {
      extensions['requestId'] = requestId;
      log.error({ requestId, path, err: originalError }, 'operation failed');
    } else if (extensions['code'] === undefined && path === undefined) {
      Object.assign(extensions, { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } });
    }
  }
}

function isMeantForClients(error: Error): boolean {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError === undefined || isMeantForClients(error.originalError);
}
