import type { Caller } from '../graphql/context.ts';
import { requestError } from './failures.ts';
import type { OperationPlugin } from './operation-context.ts';

/** Throws UNAUTHENTICATED if the server has read tokens and the caller has none of them. */
export function checkReader({ reader }: Caller): void {
  if (reader === 'no')
    throw requestError(
      'UNAUTHENTICATED',
      'this server requires a token: expected the header authorization: Bearer and a token',
      { headers: { 'www-authenticate': 'Bearer' } },
    );
}

/** Refuses every operation of callers that may not read. */
export function useReaders(): OperationPlugin {
  return { onParams: ({ context }) => checkReader(context.caller) };
}
