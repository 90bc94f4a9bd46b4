import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { nextOf } from '../feed/subscription.ts';
import { GzipEvents, PlainEvents } from './event-writer.ts';
import type { Payload, PayloadStream } from './payload-stream.ts';
import { jittered } from '../time/sleep.ts';
import { patience } from './monitored-socket.ts';

/** How to write an event stream. */
export interface EventStreamOptions {
  /** HTTP status; 200 by default. */
  readonly status?: number | undefined;
  /** Aborted when the server stops. */
  readonly stop: AbortSignal;
  /** Milliseconds between comments, because proxies drop silent connections; 12,000 by default. */
  readonly heartbeatMs?: number;
  /** Milliseconds that a client may take to read a payload, plus time for a large one. */
  readonly stalledMs: number;
  /** Called if the client is disconnected because it took longer. */
  readonly onStalled?: () => void;
  /** Whether to compress each event. */
  readonly gzip?: boolean;
}

/** The `id` of an error that would occur again. EventSource reconnects with it, and is answered with 204. */
export const END = 'end';

/** The default of `heartbeatMs`. */
export const HEARTBEAT_MS = 12_000;

/**
 * Writes payloads as server-sent events (WHATWG HTML, 9.2) in the form of GraphQL over SSE, distinct
 * connections mode. `id` is the cursor to resume from. Ends when the client disconnects, the payloads end or
 * the server stops. Afterwards the payloads are closed.
 */
export async function sendEventStream(
  response: ServerResponse,
  payloads: PayloadStream,
  options: EventStreamOptions,
): Promise<void> {
  const { status = 200, stop, heartbeatMs = HEARTBEAT_MS } = options;
  const release = (): void => payloads.close();
  // If the client has disconnected already, `close` has fired and a listener would never run.
  if (response.destroyed || stop.aborted) {
    release();
    response.destroy();
    return;
  }
  response.once('close', release);
  stop.addEventListener('abort', release, { once: true });
  const writer = options.gzip === true ? new GzipEvents() : new PlainEvents();
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(writer.text(':\n\n'));
  }, heartbeatMs);
  try {
    response.writeHead(status, { ...HEADERS, ...writer.headers });
    response.flushHeaders();
    response.write(writer.begin());
    let resumable = false;
    for (let payload = await nextOf(payloads); payload !== undefined; payload = await nextOf(payloads)) {
      await writer.prepare(payload.bytes);
      if (!response.write(writer.event(headOf(payload), payload.bytes, '\n\n')))
        await drained(response, options);
      if (response.destroyed) return;
      resumable = idOf(payload) === undefined;
    }
    // `complete` tells the client not to resume. After a restart or a retryable error it should.
    if (!resumable && !stop.aborted) response.write(writer.text('event: complete\ndata:\n\n'));
    if (stop.aborted) response.write(writer.text(`retry: ${Math.round(jittered(RETRY_MS, 0.8))}\n\n`));
    response.end(writer.end());
  } finally {
    clearInterval(heartbeat);
    response.off('close', release);
    stop.removeEventListener('abort', release);
    release();
  }
}

/** How long clients of a server that stops wait before they connect again, in milliseconds, on average. */
const RETRY_MS = 3_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would hold events back until a buffer is full.
  'x-accel-buffering': 'no',
};

/** The lines of an event before its data. */
function headOf(payload: Payload): string {
  const id = idOf(payload);
  return `${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: `;
}

/** The id of a payload's event. A retryable error has none: the client then resumes from its last cursor. */
function idOf({ cursor, retryable }: Payload): string | undefined {
  return cursor ?? (retryable ? undefined : END);
}

/** Waits until the written bytes are sent. Disconnects a client that takes too long to read them. */
async function drained(
  response: ServerResponse,
  { stalledMs, onStalled }: EventStreamOptions,
): Promise<void> {
  // If the client has disconnected already, neither event would come.
  if (response.destroyed) return;
  const giveUp = (): void => {
    onStalled?.();
    response.destroy();
  };
  const late = setTimeout(giveUp, patience(stalledMs, response.writableLength));
  const done = new AbortController();
  const either = ['drain', 'close'].map(async (name) => void (await once(response, name, done)));
  await Promise.race(either).catch(() => {});
  clearTimeout(late);
  // Removes the listener for the event that did not come.
  done.abort();
}
