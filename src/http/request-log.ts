import type { Logger } from 'pino';
import type { Exchange } from './request-context.ts';

// What a client chose is cut to a length that a log line can bear.
const LONGEST = 100;
/** Probes, and what the page of GraphiQL loads. */
const QUIET = /^\/(?:healthz$|readyz$|graphiql\/)/;

/** Logs the exchange once it is over: never variables, tokens, query text or the rest of the URL. */
export function logExchange(exchange: Exchange, path: string, log: Logger): void {
  const { id: requestId, request, response } = exchange;
  const { method } = request;
  const started = performance.now();
  response.once('close', () => {
    const { operation } = exchange;
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
