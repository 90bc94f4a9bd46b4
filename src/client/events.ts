import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { within } from '../time/deadline.ts';
import { SILENCE_MS, type Connect, type FeedResult } from './connection.ts';
import { errorOf, errorOfStatus, FeedError, isRetryableStatus, Lost, type SentError } from './feed-error.ts';

/** Options for server-sent events. */
export interface EventsOptions {
  /** Headers of each request, such as `{ authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Connects by server-sent events (GraphQL over SSE, distinct connections mode). The body is read only as fast
 * as the results are taken, so a slow reader slows the server down instead of filling memory.
 */
export function eventsConnect(url: string, { headers }: EventsOptions): Connect {
  return async function* connect({ query, operationName, variables }, signal) {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const response = await unlessSilent(
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
          body: JSON.stringify({ query, operationName, variables }),
          signal: controller.signal,
        }),
      );
      await check(response);
      if (response.body !== null) yield* resultsOf(response.body.getReader());
      // The stream of a refused request has one result, which has errors: `resultsOf` throws them.
      if (response.status !== 200) throw errorOfStatus(response.status);
    } catch (error) {
      if (error instanceof FeedError || error instanceof Lost) throw error;
      throw new Lost(error instanceof Error ? error.message : String(error));
    } finally {
      signal.removeEventListener('abort', abort);
      controller.abort();
    }
  };
}

/** Throws Lost or FeedError if the response is not an event stream. */
async function check(response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream') && !isRetryableStatus(response.status)) return;
  if (response.status === 204) throw new FeedError([{ message: 'the server has ended the stream' }]);
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : 0;
  const errors = isRetryableStatus(response.status) ? undefined : await errorsOf(response);
  throw errorOfStatus(response.status, { retryAfterMs, ...(errors !== undefined && { errors }) });
}

/** The GraphQL errors of a response; undefined if it is not from a GraphQL server. */
async function errorsOf(response: Response): Promise<SentError[] | undefined> {
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text) as { errors?: SentError[] };
    if (Array.isArray(errors) && errors.length > 0) return errors;
  } catch {
    // Not JSON, such as the HTML page of a proxy.
  }
  return undefined;
}

async function* resultsOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<FeedResult, void> {
  const decoder = new TextDecoder();
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  for (;;) {
    const { done, value } = await unlessSilent(reader.read());
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    for (const { event, data } of arrived.splice(0)) {
      if (event === 'complete') return;
      const result = JSON.parse(data) as FeedResult;
      if (result.data === undefined || result.data === null) throw errorOf(result.errors ?? []);
      yield result;
    }
  }
}

async function unlessSilent<T>(coming: Promise<T>): Promise<T> {
  return await within(SILENCE_MS, coming, () => new Lost('the server is silent'));
}
