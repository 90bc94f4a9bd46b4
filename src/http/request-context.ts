import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PayloadStream } from '../live/payload-stream.ts';
import type { ParsedOperation } from '../pipeline/operation-context.ts';

// Browsers must not guess the type of a response, show it to pages of other sites, or name our URLs to other
// servers.
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
const COMMON_HEADERS = [...Object.entries(SECURITY_HEADERS).flat(), 'x-request-id'];

/** Names and values of headers by turns: the form that Node sends fastest. */
export type HeaderList = readonly string[];

/** An event stream that is about to begin. */
export interface EventStream {
  readonly payloads: PayloadStream;
  readonly status: number;
}

/** What the log says about the operation of a request. */
export interface Asked {
  readonly operation?: ParsedOperation | undefined;
  /** Its price in points. */
  readonly price?: number | undefined;
  /** The codes of its errors. */
  readonly codes?: readonly string[] | undefined;
}

/** One HTTP request and the response to it. */
export class RequestContext {
  /** Identifies the request in the log and in masked errors. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the method is HEAD, which is answered like GET. */
  readonly head: boolean;
  /** Has the operation, once GraphQL has parsed the document. */
  asked?: Asked;
  /** Identifies the client, for limits. Set for requests of GraphQL. */
  client?: string;
  /** Set if the response is an event stream. */
  stream?: EventStream | undefined;

  constructor(id: string, request: IncomingMessage, response: ServerResponse) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.head = request.method === 'HEAD';
  }

  /** Writes the status and headers, together with those of every response. */
  writeHead(status: number, headers: HeaderList): ServerResponse {
    return this.response.writeHead(status, [...COMMON_HEADERS, this.id, ...headers]);
  }

  /** Sets the headers of every response, for a response whose head is written elsewhere. */
  setCommonHeaders(): void {
    this.response.setHeaders(new Map(Object.entries({ ...SECURITY_HEADERS, 'x-request-id': this.id })));
  }
}

/** Answers one request. */
export type Handler = (context: RequestContext) => void | Promise<void>;

/** Sends a whole response. Node leaves the body out if the method is HEAD. */
export function send(
  context: RequestContext,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): void {
  const length = String(Buffer.byteLength(body));
  context.writeHead(status, [...listOf(headers), 'content-length', length]).end(body);
}

/** Sends JSON that nothing may cache. */
export function sendJson(context: RequestContext, status: number, value: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  send(context, status, headers, JSON.stringify(value));
}

/** Headers as a list. */
export function listOf(headers: Readonly<Record<string, string>>): HeaderList {
  return Object.entries(headers).flat();
}
