import type { ConnectionLimit } from '../live/connection-limit.ts';
import { END, sendEventStream } from '../live/event-stream.ts';
import { requestError } from '../pipeline/failures.ts';
import type { OperationPlugin } from '../pipeline/operation-context.ts';
import { encodingOf } from './content-encoding.ts';
import { acceptsEvents, mediaTypeOf, MEDIA_TYPES } from './media-type.ts';
import { Operations, type OperationOptions } from './operations.ts';
import { RequestContext, send, sendJson, VARY, type EventStream, type Handler } from './request-context.ts';

/** Options of `graphqlHandler`. */
export interface GraphqlOptions extends OperationOptions {
  /** Every event stream takes a slot. */
  readonly connections: ConnectionLimit;
  /** Aborted when the server stops: event streams end. */
  readonly stop: AbortSignal;
}

/** Answers GraphQL over HTTP. Subscriptions are event streams. No batches, files, or mutations over GET. */
export function graphqlHandler({ connections, stop, ...options }: GraphqlOptions): Handler {
  const operations = new Operations(options);
  const streams = { open: 0 };
  options.metrics.gauge('event_streams', 'Open event streams.', () => streams.open);
  return async (context) => {
    const { accept, 'last-event-id': lastEvent } = context.request.headers;
    if (lastEvent === END && acceptsEvents(accept)) {
      // Tells EventSource to stop: the same request has failed, and would fail again.
      send(context, 204, { vary: VARY });
      return;
    }
    const mediaType = mediaTypeOf(accept);
    if (mediaType === undefined) {
      send(context, 406, { vary: VARY, accept: MEDIA_TYPES });
      return;
    }
    try {
      await operations.respond(context, mediaType);
      if (context.stream !== undefined)
        await stream(context, context.stream, { ...options, connections, stop, streams });
    } finally {
      // A plugin may fail after the subscription has begun.
      context.stream?.payloads.close();
    }
  };
}

async function stream(
  context: RequestContext,
  { payloads, status }: EventStream,
  { clientOf, connections, limits, metrics, stop, streams }: GraphqlOptions & { streams: { open: number } },
): Promise<void> {
  const leave = connections.enter(clientOf(context.request));
  if (leave === undefined) {
    sendJson(context, 503, { error: 'too many streams' });
    return;
  }
  streams.open += 1;
  try {
    context.setCommonHeaders();
    context.response.appendHeader('vary', VARY);
    await sendEventStream(context.response, payloads, {
      status,
      stop,
      stalledMs: limits.stalledMs,
      gzip: encodingOf(context.request.headers['accept-encoding'], ['gzip']) === 'gzip',
      onStalled: () => metrics.slowConsumers.add('events'),
    });
  } finally {
    streams.open -= 1;
    leave();
  }
}

/** The plugin for operations that come by HTTP. It leaves operations of WebSockets alone. */
export function useHttp(): OperationPlugin {
  return {
    onSubscribe: ({ context: { http }, setResultAndStopExecution }) => {
      if (!(http instanceof RequestContext) || acceptsEvents(http.request.headers.accept)) return;
      const message = 'accept: expected text/event-stream for a subscription, or a WebSocket';
      setResultAndStopExecution({ errors: [requestError('BAD_REQUEST', message, { status: 406 })] });
    },
  };
}
