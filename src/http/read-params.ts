import type { GraphQLParams } from 'graphql-yoga';
import type { IncomingMessage } from 'node:http';
import { ERRORS } from '../errors/catalogue.ts';
import type { Admin } from '../graphql/context.ts';
import type { Limits } from '../limits/limits.ts';
import { adminRefusal } from '../graphql/errors.ts';
import { requestError } from '../pipeline/failures.ts';

/** Longest body of an admin's request, in bytes: it may post whole digests. */
export const ADMIN_BODY_BYTES = 16 * 2 ** 20;
/**
 * The mutation whose body may be long. A caller without permission to post digests gets an error about that,
 * not about the length of the body.
 */
const POSTING = 'ingestDigest';

/**
 * The text that holds the parameters of a request, as GraphQL over HTTP defines them: the query of the URL by
 * GET, or JSON in the body by POST. Equal texts have equal parameters. Every other content type is refused,
 * because pages of other sites can post forms and plain text in the name of their visitors. Rejects with a
 * GraphQLError that has the HTTP status.
 */
export async function readParamsText(
  request: IncomingMessage,
  admin: Admin,
  limits: Limits,
): Promise<string> {
  if (request.method === 'GET') return request.url?.split('?').slice(1).join('?') ?? '';
  if (request.method !== 'POST')
    throw requestError('BAD_REQUEST', 'GraphQL only supports GET and POST requests.', {
      status: 405,
      headers: { allow: 'GET, POST' },
    });
  const type = request.headers['content-type'] ?? 'none';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw requestError('BAD_REQUEST', `content type: expected application/json in UTF-8, got ${type}`, {
      status: 415,
    });
  return await readBody(request, admin, limits);
}

/** The parameters in the text of `readParamsText`. Throws a GraphQLError that has the HTTP status. */
export function parseParams(text: string, method: string | undefined): GraphQLParams {
  return method === 'GET' ? fromUrl(text) : fromBody(text);
}

function fromUrl(query: string): GraphQLParams {
  const given = new URLSearchParams(query);
  return {
    query: given.get('query') ?? undefined,
    documentId: given.get('documentId') ?? undefined,
    operationName: given.get('operationName') || undefined,
    variables: jsonParameter(given, 'variables'),
    extensions: jsonParameter(given, 'extensions'),
  } as GraphQLParams;
}

function jsonParameter(given: URLSearchParams, name: string): unknown {
  const text = given.get(name);
  return text === null || text === '' ? undefined : parseJson(text, name);
}

function fromBody(body: string): GraphQLParams {
  const params = parseJson(body, 'body');
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  throw requestError(
    'BAD_REQUEST',
    'body: expected one JSON object with `query` or `documentId`; batches in an array are not supported',
  );
}

/**
 * Reads to the end even if the body is too long: a client that is still sending would not see the response.
 * Listens to events, because an async iterator would cost more than all else that a repeated request needs.
 */
async function readBody(request: IncomingMessage, admin: Admin, { maxBodyBytes }: Limits): Promise<string> {
  const most = admin === 'yes' ? ADMIN_BODY_BYTES : maxBodyBytes;
  let chunks: Buffer[] = [];
  let bytes = 0;
  let posting = false;
  let last = '';
  const look = (chunk: Buffer): void => {
    // The name may be split between two chunks.
    const text = last + chunk.toString('latin1');
    posting ||= text.includes(POSTING);
    last = text.slice(-POSTING.length);
  };
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= most) return;
      chunks.forEach(look);
      chunks = [];
    });
    request.once('end', resolve);
    request.once('error', reject);
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('the client disconnected before the end of the body'));
    });
  });
  if (bytes > most) throw (posting ? postingRefusal(admin) : undefined) ?? tooLong(most, bytes);
  const [only] = chunks;
  return (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8');
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
