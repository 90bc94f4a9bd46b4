import type { ExecutionResult } from 'graphql';
import { BatchPayloads, type PayloadStream } from './payload-stream.ts';

// How payloads pass through the pipeline. Envelop and Yoga expect an async iterable of results from
// `subscribe`. They would wrap it once for each hook, and every event would cost every subscriber several
// promises and an execution of its own. So a subscription's result is an ExecutionResult without data, and
// its `extensions` hold the stream of finished payloads. All hooks see this result and pass it on. The event
// stream or the WebSocket at the end takes the stream out. No client ever sees it.

/** The result that carries a stream through the pipeline. */
export function resultWithPayloads(payloads: BatchPayloads): ExecutionResult {
  return { extensions: { payloads } };
}

/** The stream that a result carries; undefined if it is an ordinary result. */
export function payloadsIn({ extensions }: ExecutionResult): PayloadStream | undefined {
  const payloads = extensions?.['payloads'];
  return payloads instanceof BatchPayloads ? payloads : undefined;
}
