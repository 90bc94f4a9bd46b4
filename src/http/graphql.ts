import type { IncomingMessage } from 'node:http';
import { isAsyncIterable } from 'graphql-yoga';
import { END, sendEventStream } from '../live/event-stream.ts';
import type { ConnectionLimit } from '../live/connection-limit.ts';
import { payloadsIn } from '../live/payload-result.ts';
import { errorStream, type PayloadStream } from '../live/payload-stream.ts';
import { requestError, statusOf } from '../pipeline/failures.ts';
import { operationContext, type OperationPlugin } from '../pipeline/operation-context.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Caller } from '../graphql/context.ts';
import type { Authenticate } from './admin.ts';
import { readParams } from './read-params.ts';
import { RequestContext, send, sendJson, type Handler } from './request-context.ts';

/** Options of `graphqlHandler`. */
export interface GraphqlOptions {
  /** With the plugin `useHttp`. */
  readonly pipeline: Pick<Pipeline, 'yoga'>;
  readonly authenticate: Authenticate;
  /** Every event stream takes a slot. */
  readonly connections: ConnectionLimit;
  /** Aborted when the server stops: event streams end. */
  readonly stop: AbortSignal;
}

/** Answers GraphQL over HTTP. Subscriptions are event streams. No batches, files, or mutations over GET. */
export function graphqlHandler({ pipeline, authenticate, connections, stop }: GraphqlOptions): Handler {
  return async (context) => {
    const { request, response } = context;
    response.setHeader('vary', 'accept');
    const resumeAfter = request.headers['last-event-id']?.toString();
    if (resumeAfter === END && acceptsEvents(request)) {
      // Tells EventSource to stop: the same request has failed, and would fail again.
      send(context, 204, {});
      return;
    }
    const caller = { ...authenticate(request.headers.authorization), resumeAfter };
    try {
      const status = await respond(context, pipeline, caller);
      if (context.payloads !== undefined)
        await stream(context, context.payloads, { connections, stop, status });
    } finally {
      // A plugin may fail after the subscription has begun.
      context.payloads?.close();
    }
  };
}

/**
 * Sends the response, unless it is an event stream. Returns its status. An event stream may last for days.
 * Whatever is needed only to answer is local to this function, so that the stream does not keep it in memory.
 */
async function respond(
  context: RequestContext,
  { yoga }: GraphqlOptions['pipeline'],
  caller: Caller,
): Promise<number> {
  const operation = { ...operationContext(caller, context.id), http: context };
  const answer = await yoga.handleNodeRequest(context.request, operation);
  const { status, headers } = answer;
  if (context.payloads === undefined) send(context, status, Object.fromEntries(headers), await answer.text());
  return status;
}

async function stream(
  context: RequestContext,
  payloads: PayloadStream,
  { connections, stop, status }: Pick<GraphqlOptions, 'connections' | 'stop'> & { status: number },
): Promise<void> {
  const leave = connections.enter(context.request.socket.remoteAddress);
  if (leave === undefined) {
    sendJson(context, 503, { error: 'too many streams' });
    return;
  }
  try {
    await sendEventStream(context.response, payloads, { status, stop });
  } finally {
    leave();
  }
}

/**
 * The plugin for operations that come by HTTP: reads requests more strictly than Yoga, and hands
 * subscriptions to an event stream. It leaves operations of WebSockets alone.
 */
export function useHttp(): OperationPlugin {
  return {
    onRequestParse: ({ serverContext: { http, caller }, setRequestParser }) => {
      if (http instanceof RequestContext)
        setRequestParser(async () => await readParams(http.request, caller.admin));
    },
    onParse:
      () =>
      ({ context: { http, operation } }) => {
        if (http instanceof RequestContext && operation !== undefined) http.operation = operation;
      },
    onSubscribe: ({ context: { http }, setResultAndStopExecution }) => {
      if (!(http instanceof RequestContext) || acceptsEvents(http.request)) return;
      const message = 'accept: expected text/event-stream for a subscription, or a WebSocket';
      setResultAndStopExecution({ errors: [requestError('BAD_REQUEST', message, { status: 406 })] });
    },
    onResultProcess: (process) => {
      const { http } = process.serverContext;
      if (!(http instanceof RequestContext) || !acceptsEvents(http.request)) return;
      const payloads = payloadsOf(process.result);
      if (payloads === undefined) return;
      process.setResultProcessor((result, { Response }) => {
        http.payloads = payloads;
        return new Response(null, { status: 'errors' in result ? statusOf(result.errors) : 200 });
      }, EVENTS);
    },
  };
}

/** The payloads of an event stream. Undefined for a query, whose result Yoga itself sends as one event. */
function payloadsOf(result: ResultProcessorInput): PayloadStream | undefined {
  if (Array.isArray(result) || isAsyncIterable(result)) return undefined;
  if (result.errors !== undefined && result.data === undefined) return errorStream(result.errors);
  return payloadsIn(result);
}

type ResultProcessorInput = Parameters<NonNullable<OperationPlugin['onResultProcess']>>[0]['result'];

const EVENTS = 'text/event-stream';

function acceptsEvents({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes(EVENTS) === true;
}
