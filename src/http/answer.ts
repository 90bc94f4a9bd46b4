import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { serialise } from '../live/payload-stream.ts';
import type { Cost } from '../pipeline/cost.ts';
import { responseOf } from '../pipeline/failures.ts';
import { compress, compressOpen, withEnd, type Encoding, type OpenBody } from './content-encoding.ts';
import { EVENTS, type MediaType } from './media-type.ts';
import { listOf, VARY, type HeaderList, type RequestContext } from './request-context.ts';

/** A whole response to an operation, apart from the headers of every response. */
export interface Answer {
  readonly status: number;
  /** Without the length of the body. */
  readonly headers: HeaderList;
  /** In its encoding; empty if `open` is the body. */
  readonly body: Buffer;
  /** A compressed JSON result without its last brace: each request adds its cost. */
  readonly open?: OpenBody;
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
  /** What the client prefers. Short answers are not compressed. */
  readonly encoding: Encoding;
  /** Whether each request adds its cost. */
  readonly open: boolean;
}

// Any cache may store it, but must validate it before each use: the store may have changed.
const VALIDATE = 'max-age=0, must-revalidate';
const BEGIN_EVENT = Buffer.from(':\n\nevent: next\ndata: ');
const END_EVENTS = Buffer.from('\n\nevent: complete\ndata:\n\n');

/** Bodies from this length on are compressed, in bytes. Shorter ones fit into a packet. */
const MIN_COMPRESSED = 1_000;

/** Writes a result. An answer with errors is never cacheable. */
export async function answerOf(result: ExecutionResult, form: AnswerForm): Promise<Answer> {
  const { encoding } = form;
  const answer = plainAnswer(result, form);
  const { body, headers } = answer;
  if (encoding === 'identity' || body.length < MIN_COMPRESSED) return answer;
  const encoded = { ...answer, headers: [...headers, 'content-encoding', encoding] };
  if (!form.open) return { ...encoded, body: await compress(body, encoding) };
  return { ...encoded, body: NOTHING, open: await compressOpen(body.subarray(0, -1), encoding) };
}

const NOTHING = Buffer.alloc(0);
const BRACE = Buffer.from('}');

function plainAnswer(
  result: ExecutionResult,
  { mediaType, cacheable, isPrivate, encoding }: AnswerForm,
): Answer {
  const { status, headers } = responseOf(result, mediaType);
  const json = serialise(result);
  const body = mediaType === EVENTS ? Buffer.concat([BEGIN_EVENT, json, END_EVENTS]) : json;
  const etag =
    cacheable && result.errors === undefined ? etagOf(`${mediaType} ${encoding}`, body) : undefined;
  const storing = `${isPrivate ? 'private' : 'public'}, ${VALIDATE}`;
  const caching =
    etag === undefined ? ['cache-control', 'no-store'] : ['cache-control', storing, 'etag', etag];
  const validators = ['vary', VARY, ...caching];
  const type = ['content-type', `${mediaType}; charset=utf-8`];
  return {
    status,
    headers: [...validators, ...type, ...listOf(headers)],
    body,
    validators: etag === undefined ? undefined : validators,
    etag,
  };
}

/** A strong validator. It includes the media type and the encoding: a client that has one form has not got another. */
function etagOf(form: string, body: Buffer): string {
  return `"${createHash('sha256').update(form).update(body).digest('base64url').slice(0, 27)}"`;
}

/**
 * Sends an answer, or 304 if the client has it already (RFC 9110 §13.1.2). `cost` is added to its JSON as
 * `extensions.cost`: what the client has left differs from one request to the next. So do the further headers.
 */
export function sendAnswer(
  context: RequestContext,
  { status, headers, body, open, validators, etag }: Answer,
  cost?: Cost,
  further: HeaderList = [],
): void {
  const wanted = context.request.headers['if-none-match'];
  if (validators !== undefined && wanted !== undefined && isListed(etag, wanted))
    context.writeHead(304, validators).end();
  else {
    const end = cost === undefined ? BRACE : costEnd(cost);
    const whole = open ? withEnd(open, end) : cost === undefined ? body : closed(body, end);
    context.writeHead(status, [...headers, ...further, 'content-length', String(whole.length)]).end(whole);
  }
}

/** What the JSON of a result without extensions ends with, to have this one. */
function costEnd(cost: Cost): Buffer {
  return Buffer.from(`,"extensions":${JSON.stringify({ cost })}}`);
}

/** The JSON of a result with another end than its last brace. */
function closed(json: Buffer, end: Buffer): Buffer {
  return Buffer.concat([json.subarray(0, -1), end]);
}

/** Whether a list of entity tags has this one or is `*`. A weak tag counts as its strong one. */
function isListed(etag: string | undefined, list: string): boolean {
  return list.trim() === '*' || list.match(/"[^"]*"/g)?.some((each) => each === etag) === true;
}
