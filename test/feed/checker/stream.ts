import http from 'node:http';
import { WebSocket } from 'ws';

/** One result of the server. */
export interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

/** The subscription to open. */
export interface StreamRequest {
  readonly port: number;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Callbacks of a stream. Neither is called after `onEnd` or after `close`. */
export interface Listener {
  /** `id` is that of the server-sent event. */
  readonly onResult: (result: Result, id?: string) => void;
  readonly onEnd: (reason: string) => void;
}

/** An open subscription. */
export interface Stream {
  /** Cuts the connection. */
  readonly close: () => void;
}

/** Calls `onEnd` of a listener once, and nothing after it. */
function untilEnd(listener: Listener, cut: () => void): Listener & Stream {
  let ended = false;
  const end = (): boolean => {
    if (ended) return false;
    ended = true;
    cut();
    return true;
  };
  return {
    onResult: (result, id) => void (ended || listener.onResult(result, id)),
    onEnd: (reason) => void (end() && listener.onEnd(reason)),
    close: () => void end(),
  };
}

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

/** Subscribes with the protocol graphql-transport-ws, on a socket of its own. */
export function openSocketStream({ port, query, variables }: StreamRequest, listener: Listener): Stream {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const stream = untilEnd(listener, () => socket.terminate());
  const take = ({ type, payload }: Message): void => {
    if (type === 'connection_ack') send({ id: 'feed', type: 'subscribe', payload: { query, variables } });
    else if (type === 'next') stream.onResult(payload as Result);
    else if (type === 'error') {
      stream.onResult({ errors: payload as NonNullable<Result['errors']> });
      stream.onEnd('error');
    } else if (type === 'ping') send({ type: 'pong' });
    else if (type !== 'pong') stream.onEnd(type);
  };
  socket.on('open', () => send({ type: 'connection_init' }));
  socket.on('message', (data: Buffer) => take(JSON.parse(data.toString()) as Message));
  socket.on('error', (error) => stream.onEnd(error.message));
  socket.on('close', (code) => stream.onEnd(`closed with ${code}`));
  return { close: stream.close };
}

/** Subscribes with server-sent events; with `lastEventId` like an EventSource that reconnects. */
export function openEventStream(
  { port, query, variables }: StreamRequest,
  listener: Listener,
  { method, lastEventId }: { method: 'GET' | 'POST'; lastEventId: string | undefined },
): Stream {
  const body = JSON.stringify({ query, variables });
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const request = http.request({
    host: '127.0.0.1',
    port,
    method,
    agent: false,
    path: method === 'GET' ? `/graphql?${search.toString()}` : '/graphql',
    headers: {
      accept: 'text/event-stream',
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  });
  const stream = untilEnd(listener, () => request.destroy());
  request.on('error', (error) => stream.onEnd(error.message));
  request.on('response', (response) => {
    const take = eventReader(stream);
    response.setEncoding('utf8').on('data', response.statusCode === 200 ? take : () => {});
    response.on('error', (error) => stream.onEnd(error.message));
    response.on('end', () => stream.onEnd(`HTTP ${response.statusCode}`));
  });
  request.end(method === 'POST' ? body : undefined);
  return { close: stream.close };
}

/** Parses an event stream, piece by piece. Calls the listener for each complete event. */
function eventReader(listener: Listener): (text: string) => void {
  let rest = '';
  let id: string | undefined;
  return (text) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = fieldsOf(block);
      id = fields.get('id') ?? id;
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event === 'complete') listener.onEnd('complete');
      else if (data !== undefined && data !== '') listener.onResult(JSON.parse(data) as Result, id);
    }
  };
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(\w+):? ?(.*)$/s.exec(line) ?? [];
    if (name !== '') fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  return fields;
}
