import type { Logger } from 'pino';
import type { RequestContext } from './request-context.ts';

/** Maximum length of a text that a client chose, in characters: a client must not fill the log. */
const LONGEST = 100;
/** Paths that are logged on level `debug`: probes, and the assets of GraphiQL's page. */
const QUIET = /^\/(?:healthz$|readyz$|graphiql\/)/;

/**
 * Logs a request once its response has ended. Never logs variables, tokens, documents or the query of the
 * URL.
 */
export function logRequest(context: RequestContext, path: string, log: Logger): void {
  const { id: requestId, request, response } = context;
  const { method } = request;
  const started = performance.now();
  response.once('close', () => {
    const operation = context.asked?.operation;
    log[QUIET.test(path) ? 'debug' : 'info'](
      {
        method,
        path: path.slice(0, LONGEST),
        ...(operation === undefined
          ? {}
          : { operation: { ...operation, name: operation.name?.slice(0, LONGEST) } }),
        status: response.statusCode,
        ...(response.writableFinished ? {} : { aborted: true }),
        durationMs: Math.round(performance.now() - started),
        requestId,
      },
      'request',
    );
  });
}
