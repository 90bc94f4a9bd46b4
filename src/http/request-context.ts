import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PayloadStream } from '../live/payload-stream.ts';
import type { ParsedOperation } from '../pipeline/operation-context.ts';

/** The headers of requests that answers of `/graphql` depend on. */
export const VARY = 'accept, accept-encoding';

/** Names and values of headers by turns: the form that Node sends fastest. */
export type HeaderList = readonly string[];

/**
 * The headers of every response. The last one is `x-request-id`, without its value. Browsers must not guess the type
 * of a response, name our URLs to other servers, or show a response to pages of other sites, unless the policy is
 * `cross-origin`.
 */
export function commonHeaders(policy: 'same-origin' | 'cross-origin', more: HeaderList = []): HeaderList {
  const security = {
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': policy,
    'referrer-policy': 'no-referrer',
  };
  return [...listOf(security), ...more, 'x-request-id'];
}

const COMMON_HEADERS = commonHeaders('same-origin');

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
  /** Of `commonHeaders`: those for the origin of the request. */
  commonHeaders: HeaderList = COMMON_HEADERS;
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
    return this.response.writeHead(status, [...this.commonHeaders, this.id, ...headers]);
  }

  /** Sets the headers of every response, for a response whose head is written elsewhere. */
  setCommonHeaders(): void {
    const list = [...this.commonHeaders, this.id];
    for (let at = 0; at + 1 < list.length; at += 2)
      this.response.appendHeader(list[at] ?? '', list[at + 1] ?? '');
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
