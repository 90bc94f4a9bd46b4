import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and the answer to it. */
export interface Exchange {
  /** Names it in the log and in masked errors. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether it came as HEAD, which is answered as GET. */
  readonly head?: boolean;
  /** The GraphQL operation, once it is known. */
  operation?: { readonly type: string; readonly name: string | undefined };
}

/** Answers one exchange. */
export type Handler = (exchange: Exchange) => void | Promise<void>;

/** Sends a whole answer; Node leaves the body out where a HEAD request asks. */
export function send(
  { response }: Exchange,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Sends JSON that nobody may keep. */
export function sendJson(exchange: Exchange, status: number, value: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  send(exchange, status, headers, JSON.stringify(value));
}
