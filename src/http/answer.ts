import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { serialise } from '../live/payload-stream.ts';
import type { Cost } from '../pipeline/cost.ts';
import { responseOf } from '../pipeline/failures.ts';
import { EVENTS, type MediaType } from './media-type.ts';
import { listOf, type HeaderList, type RequestContext } from './request-context.ts';

/** A whole response to an operation, apart from the headers of every response. */
export interface Answer {
  readonly status: number;
  /** Without the length of the body. */
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** The headers that a response 304 repeats. Undefined if the answer must not be validated. */
  readonly validators: HeaderList | undefined;
  readonly etag: string | undefined;
}

/** How to write an answer. */
export interface AnswerForm {
  readonly mediaType: MediaType;
  /** Whether caches may store the answer, and must ask for its current state before they use it again. */
  readonly cacheable: boolean;
  /** Whether only callers with a token may have the answer: then only their own caches may store it. */
  readonly isPrivate: boolean;
}

// Any cache may store it, but must validate it before each use: the store may have changed.
const VALIDATE = 'max-age=0, must-revalidate';
const BEGIN_EVENT = Buffer.from(':\n\nevent: next\ndata: ');
const END_EVENTS = Buffer.from('\n\nevent: complete\ndata:\n\n');

/** Writes a result. An answer with errors is never cacheable. */
export function answerOf(result: ExecutionResult, { mediaType, cacheable, isPrivate }: AnswerForm): Answer {
  const { status, headers } = responseOf(result, mediaType);
  const json = serialise(result);
  const body = mediaType === EVENTS ? Buffer.concat([BEGIN_EVENT, json, END_EVENTS]) : json;
  const etag = cacheable && result.errors === undefined ? etagOf(mediaType, body) : undefined;
  const storing = `${isPrivate ? 'private' : 'public'}, ${VALIDATE}`;
  const caching =
    etag === undefined ? ['cache-control', 'no-store'] : ['cache-control', storing, 'etag', etag];
  const validators = ['vary', 'accept', ...caching];
  const form = ['content-type', `${mediaType}; charset=utf-8`];
  return {
    status,
    headers: [...validators, ...form, ...listOf(headers)],
    body,
    validators: etag === undefined ? undefined : validators,
    etag,
  };
}

/** A strong validator. It includes the media type: a client that has one form has not got the other. */
function etagOf(mediaType: MediaType, body: Buffer): string {
  return `"${createHash('sha256').update(mediaType).update(body).digest('base64url').slice(0, 27)}"`;
}

/**
 * Sends an answer, or 304 if the client has it already (RFC 9110 §13.1.2). `cost` is added to its JSON as
 * `extensions.cost`: what the client has left differs from one request to the next. So do the further headers.
 */
export function sendAnswer(
  context: RequestContext,
  { status, headers, body, validators, etag }: Answer,
  cost?: Cost,
  further: HeaderList = [],
): void {
  const wanted = context.request.headers['if-none-match'];
  if (validators !== undefined && wanted !== undefined && isListed(etag, wanted))
    context.writeHead(304, validators).end();
  else {
    const whole = cost === undefined ? body : withCost(body, cost);
    context.writeHead(status, [...headers, ...further, 'content-length', String(whole.length)]).end(whole);
  }
}

/** The JSON of a result without extensions, with this one. */
function withCost(json: Buffer, cost: Cost): Buffer {
  const extensions = Buffer.from(`,"extensions":${JSON.stringify({ cost })}}`);
  return Buffer.concat([json.subarray(0, -1), extensions]);
}

/** Whether a list of entity tags has this one or is `*`. A weak tag counts as its strong one. */
function isListed(etag: string | undefined, list: string): boolean {
  return list.trim() === '*' || list.match(/"[^"]*"/g)?.some((each) => each === etag) === true;
}
