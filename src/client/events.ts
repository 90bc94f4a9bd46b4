import { SILENCE_MS, type Connect, type FeedResult } from './connection.ts';
import { EventParser } from './event-parser.ts';
import { errorOf, errorOfStatus, FeedError, isPassing, Lost, type SentError } from './feed-error.ts';

/** How to connect by HTTP. */
export interface EventsOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Connects by server-sent events, "GraphQL over SSE" in distinct connections mode. What is not read is not fetched. */
export function eventsConnect(url: string, { headers }: EventsOptions): Connect {
  return async function* connect({ query, operationName, variables }, signal) {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const response = await inTime(
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
          body: JSON.stringify({ query, operationName, variables }),
          signal: controller.signal,
        }),
      );
      await check(response);
      if (response.body !== null) yield* resultsOf(response.body.getReader());
    } catch (error) {
      if (error instanceof FeedError || error instanceof Lost) throw error;
      throw new Lost(error instanceof Error ? error.message : String(error));
    } finally {
      signal.removeEventListener('abort', abort);
      controller.abort();
    }
  };
}

/** Throws where the answer is no stream. */
async function check(response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status === 200 && type.startsWith('text/event-stream')) return;
  if (response.status === 204) throw new FeedError([{ message: 'the server has ended the stream' }]);
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : 0;
  const errors = isPassing(response.status) ? [] : await errorsOf(response);
  throw errorOfStatus(response.status, { errors, retryAfterMs });
}

async function errorsOf(response: Response): Promise<SentError[]> {
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text) as { errors?: SentError[] };
    if (Array.isArray(errors) && errors.length > 0) return errors;
  } catch {
    // Not a GraphQL server.
  }
  return [{ message: `expected an event stream, got HTTP status ${response.status}` }];
}

async function* resultsOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<FeedResult, void> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await inTime(reader.read());
    if (done) return;
    for (const { event, data } of parser.push(decoder.decode(value, { stream: true }))) {
      if (event === 'complete') return;
      const result = JSON.parse(data) as FeedResult;
      if (result.data === undefined || result.data === null) throw errorOf(result.errors ?? []);
      yield result;
    }
  }
}

/** Rejects with Lost where nothing comes for too long. */
async function inTime<T>(coming: Promise<T>): Promise<T> {
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    watchdog = setTimeout(() => reject(new Lost('the server is silent')), SILENCE_MS);
  });
  return await Promise.race([coming, silence]).finally(() => clearTimeout(watchdog));
}
