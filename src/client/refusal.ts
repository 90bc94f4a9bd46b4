import { errorOfStatus, FeedError } from './feed-error.ts';

const DEADLINE_MS = 5_000;
/** Statuses that the WebSocket handshake got too. Not 400: that is the status of a GET without a query. */
const REFUSALS = new Set([401, 403, 404, 410]);

/**
 * Asks a server by HTTP why it refused a WebSocket, as browsers hide the status of a failed handshake from
 * the page. Resolves to the error if trying again is useless, and to undefined if it may help.
 */
export async function refusalOf(url: string, signal: AbortSignal): Promise<Error | undefined> {
  try {
    const { status, type, body } = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
    await body?.cancel();
    if (REFUSALS.has(status)) return errorOfStatus(status);
    // WebSockets do not follow redirections. A browser shows one as `opaqueredirect`, without its status.
    if (type === 'opaqueredirect' || (status >= 300 && status < 400))
      return new FeedError([{ message: 'expected a GraphQL feed, got a redirection' }], 'NOT_FOUND');
  } catch {
    // The server is down, or CORS hides its responses from this page.
  }
  return undefined;
}
