import type { GraphQLParams } from 'graphql-yoga';
import type { IncomingMessage } from 'node:http';
import { ERRORS } from '../errors/catalogue.ts';
import type { Admin } from '../graphql/context.ts';
import { adminRefusal } from '../graphql/errors.ts';
import { requestError } from '../pipeline/failures.ts';

/** Longest body of a request, in bytes. */
export const BODY_BYTES = 100_000;
/** Longest body of an admin's request, in bytes: it may post whole digests. */
export const ADMIN_BODY_BYTES = 16 * 2 ** 20;
/**
 * The mutation whose body may be long. A caller without permission to post digests gets an error about that,
 * not about the length of the body.
 */
const POSTING = 'ingestDigest';

/**
 * The parameters of a request, as GraphQL over HTTP defines them: JSON by POST, or URL parameters by GET.
 * Every other content type is refused, because pages of other sites can post forms and plain text in the name
 * of their visitors. Yoga has already refused all methods other than GET and POST. Rejects with a
 * GraphQLError that has the HTTP status.
 */
export async function readParams(request: IncomingMessage, admin: Admin): Promise<GraphQLParams> {
  return request.method === 'GET' ? fromUrl(request.url ?? '') : await fromBody(request, admin);
}

function fromUrl(url: string): GraphQLParams {
  const given = new URLSearchParams(url.split('?').slice(1).join('?'));
  return {
    query: given.get('query') ?? undefined,
    operationName: given.get('operationName') || undefined,
    variables: jsonParameter(given, 'variables'),
    extensions: jsonParameter(given, 'extensions'),
  } as GraphQLParams;
}

function jsonParameter(given: URLSearchParams, name: string): unknown {
  const text = given.get(name);
  return text === null || text === '' ? undefined : parseJson(text, name);
}

async function fromBody(request: IncomingMessage, admin: Admin): Promise<GraphQLParams> {
  const type = request.headers['content-type'] ?? 'none';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw requestError('BAD_REQUEST', `content type: expected application/json in UTF-8, got ${type}`, {
      status: 415,
    });
  const params = parseJson(await readBody(request, admin), 'body');
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  throw requestError(
    'BAD_REQUEST',
    'body: expected one JSON object with `query`; batches in an array are not supported',
  );
}

async function readBody(request: IncomingMessage, admin: Admin): Promise<string> {
  const most = admin === 'yes' ? ADMIN_BODY_BYTES : BODY_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let posting = false;
  let last = '';
  // Reads to the end even if the body is too long: a client that is still sending would not see the response.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    if (posting || admin === 'yes') continue;
    // The name may be split between two chunks.
    const text = last + chunk.toString('latin1');
    posting = text.includes(POSTING);
    last = text.slice(-POSTING.length);
  }
  if (bytes <= most) return Buffer.concat(chunks).toString('utf8');
  throw (posting ? postingRefusal(admin) : undefined) ?? tooLong(most, bytes);
}

function tooLong(most: number, bytes: number): Error {
  return requestError('BAD_REQUEST', `body: expected at most ${most} bytes, got ${bytes}`, { status: 413 });
}

/** The error of `ingestDigest` as an HTTP response: here the request ends before GraphQL sees it. */
function postingRefusal(admin: Admin): Error | undefined {
  const refusal = adminRefusal(admin);
  if (refusal === undefined) return undefined;
  const code = admin === 'unset' ? 'FORBIDDEN' : 'UNAUTHENTICATED';
  const [status] = ERRORS[code].statuses;
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return requestError(code, refusal.message, { status, headers });
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw requestError('BAD_REQUEST', `${name}: expected JSON`);
  }
}
