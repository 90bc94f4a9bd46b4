import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { nextOf } from '../feed/subscription.ts';
import type { Payload, PayloadStream } from './payload-stream.ts';
import { patience } from './monitored-socket.ts';

/** How a stream is written. */
export interface EventStreamOptions {
  /** Aborted when the server stops. */
  readonly stop: AbortSignal;
  /** A comment goes out after so long a silence, in milliseconds; what stands between may drop silent connections. */
  readonly heartbeatMs?: number;
  /** A client that has not taken what waits for it in so many milliseconds, and more for much, is too far behind (10,000). */
  readonly stalledMs?: number;
}

/** The id of a stream's last event where trying again would give the same error: EventSource sends it as it tries again. */
export const END = 'end';

const HEARTBEAT_MS = 12_000;
const STALLED_MS = 10_000;

/** Codes of errors that may be gone on the next try; they leave the client's last cursor as it is. */
const PASSING = /"code":"(?:INTERNAL|TIMEOUT|RATE_LIMITED)"/;

/**
 * Writes payloads as server-sent events (WHATWG HTML, 9.2) in the form of "GraphQL over SSE", distinct connections mode: `id`
 * is the cursor to resume from. Ends with the client, the payloads, or the server, and returns what it reads from.
 */
export async function sendEventStream(
  response: ServerResponse,
  payloads: PayloadStream,
  { stop, heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS }: EventStreamOptions,
): Promise<void> {
  const release = (): void => payloads.close();
  // Who has left before the first payload is not heard leaving.
  if (response.destroyed || stop.aborted) {
    release();
    response.destroy();
    return;
  }
  response.once('close', release);
  stop.addEventListener('abort', release, { once: true });
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, heartbeatMs);
  try {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would hold events back until a buffer is full.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    let goesOn = false;
    for (let payload = await nextOf(payloads); payload !== undefined; payload = await nextOf(payloads)) {
      if (!response.write(eventOf(payload))) await drained(response, stalledMs);
      if (response.destroyed) return;
      goesOn = idOf(payload) === undefined;
    }
    // On the next try, or the next server, a stream goes on: only one that is over says so.
    response.end(goesOn || stop.aborted ? '' : 'event: complete\ndata:\n\n');
  } finally {
    clearInterval(heartbeat);
    response.off('close', release);
    stop.removeEventListener('abort', release);
    release();
  }
}

function eventOf(payload: Payload): string {
  const id = idOf(payload);
  return `${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${payload.bytes.toString()}\n\n`;
}

/** Undefined for an error that may pass. */
function idOf({ bytes, cursor }: Payload): string | undefined {
  return cursor ?? (PASSING.test(bytes.toString()) ? undefined : END);
}

/** Waits until the network has taken what was written; cuts off a client that takes too long. */
async function drained(response: ServerResponse, stalledMs: number): Promise<void> {
  // It may have been gone before.
  if (response.destroyed) return;
  const late = setTimeout(() => response.destroy(), patience(stalledMs, response.writableLength));
  const done = new AbortController();
  const either = ['drain', 'close'].map(async (name) => void (await once(response, name, done)));
  await Promise.race(either).catch(() => {});
  clearTimeout(late);
  // What did not happen is not waited for any more.
  done.abort();
}
