import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PayloadStream } from '../live/payload-stream.ts';
import type { ParsedOperation } from '../pipeline/operation-context.ts';

/** One HTTP request and the response to it. */
export class RequestContext {
  /** Identifies the request in the log and in masked errors. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the method is HEAD, which is answered like GET. */
  readonly head: boolean;
  /** Set once GraphQL has parsed the document. */
  operation?: ParsedOperation;
  /** Set if the response is an event stream: what it sends. */
  payloads?: PayloadStream;

  constructor(id: string, request: IncomingMessage, response: ServerResponse) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.head = request.method === 'HEAD';
  }
}

/** Answers one request. */
export type Handler = (context: RequestContext) => void | Promise<void>;

/** Sends a whole response. Node leaves the body out if the method is HEAD. */
export function send(
  { response }: RequestContext,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Sends JSON that nothing may cache. */
export function sendJson(context: RequestContext, status: number, value: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  send(context, status, headers, JSON.stringify(value));
}
