import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.ts';
import { clientNetwork } from '../pipeline/client-network.ts';
import { loggable } from '../pipeline/observe.ts';
import type { RequestContext } from './request-context.ts';

/** Maximum length of a text that a client chose, in characters: a client must not fill the log. */
const LONGEST = 100;
/** Paths that are logged on level `debug`, and not traced: probes, scrapes, and the assets of GraphiQL's page. */
export const QUIET = /^\/(?:healthz$|readyz$|metrics$|graphiql\/)/;

/** Where a request is noted. */
interface RequestNotes {
  readonly path: string;
  /** The route of the path: one of a few. */
  readonly route: string;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Counts and logs a request once its response has ended. Never logs variables, tokens, documents or the query
 * of the URL; of the client's address only its network.
 */
export function noteRequest(context: RequestContext, { path, route, metrics, log }: RequestNotes): void {
  const { id: requestId, request, response } = context;
  const { method } = request;
  const started = performance.now();
  response.once('close', () => {
    const ms = performance.now() - started;
    metrics.httpResponses.add(route, String(response.statusCode));
    if (context.stream === undefined) metrics.httpSeconds.observe(ms / 1_000, route);
    const { operation, price, codes } = context.asked ?? {};
    log[QUIET.test(path) ? 'debug' : 'info'](
      {
        method,
        path: path.slice(0, LONGEST),
        ...(operation && { operation: loggable(operation) }),
        ...(price !== undefined && { price }),
        ...(codes !== undefined && codes.length > 0 && { codes }),
        status: response.statusCode,
        ...(response.writableFinished ? {} : { aborted: true }),
        durationMs: Math.round(ms),
        ...(context.client !== undefined && { client: clientNetwork(context.client) }),
        requestId,
      },
      'request',
    );
  });
}
