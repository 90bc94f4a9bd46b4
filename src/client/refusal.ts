import { errorOfStatus, FeedError } from './feed-error.ts';

const PATIENCE_MS = 5_000;
/** Answers that a WebSocket at the same address would have got, too. GraphQL itself answers 400 to a request for nothing. */
const REFUSALS = new Set([401, 403, 404, 410]);

/**
 * Asks a server over HTTP why it takes no WebSocket: browsers do not tell a page the status of a handshake. Returns the
 * error where trying again would be no use, undefined where it may help.
 */
export async function refusalOf(url: string, signal: AbortSignal): Promise<Error | undefined> {
  try {
    const { status, type, body } = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    await body?.cancel();
    if (REFUSALS.has(status)) return errorOfStatus(status);
    // No WebSocket follows a redirection, of which a browser hides the status.
    if (type === 'opaqueredirect' || (status >= 300 && status < 400))
      return new FeedError([{ message: 'expected a GraphQL feed, got a redirection' }], 'NOT_FOUND');
  } catch {
    // There is no server, or it does not let this page see its answers.
  }
  return undefined;
}
