import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import type { IncomingMessage } from 'node:http';
import type { Admin } from '../graphql/context.ts';
import { adminRefusal } from '../graphql/errors.ts';

const BODY_BYTES = 100_000;
/** Of an admin, who posts whole digests. */
const ADMIN_BODY_BYTES = 16 * 2 ** 20;
/** Only what posts digests is long: whoever may not do so is told that, not that it is too long. */
const POSTING = 'ingestDigest';
// Half a dozen times the longest document of our own (the introspection query); parsing must stay cheap.
const QUERY_CHARACTERS = 20_000;
// The parser calls itself for each level, as does what reads variables; thousands would overflow the stack.
const QUERY_LEVELS = 200;
// A filter, which may be 5 objects deep, has a dozen.
const VARIABLE_LEVELS = 100;
// Of all variables, each as often as it is used: ten times the longest body.
const VARIABLE_CHARACTERS = 1_000_000;

/**
 * What a request asks, by "GraphQL over HTTP": POST with JSON, or GET with URL parameters. Nothing else is taken: a
 * form or plain text is what other web sites can post here in a visitor's name. Rejects with a GraphQLError that
 * carries the HTTP status. The body of an admin, who posts whole digests, may be long.
 */
export async function readParams(request: IncomingMessage, admin: Admin): Promise<GraphQLParams> {
  const params = request.method === 'GET' ? fromUrl(request.url ?? '') : await fromBody(request, admin);
  checkParams(params);
  if (admin !== 'yes') checkUses(params);
  return params;
}

interface Params {
  readonly query?: unknown;
  readonly variables?: unknown;
}

/** Throws a GraphQLError for a query or variables that are not worth a look. */
export function checkParams({ query, variables }: Params): void {
  checkQuery(query);
  if (!isNestedWithin(variables, VARIABLE_LEVELS))
    throw badVariables(`expected lists and objects nested at most ${VARIABLE_LEVELS} deep`);
}

/**
 * Throws a GraphQLError where the variables would be too long if each was written out wherever the query uses it: a short
 * request must not be a long one in disguise.
 */
export function checkUses({ query, variables }: Params): void {
  if (typeof query !== 'string' || !isNested(variables)) return;
  const lengths = new Map(
    Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)?.length ?? 0]),
  );
  // White space may stand between `$` and the name; then it is as if it were the longest.
  const longest = Math.max(0, ...lengths.values());
  let length = 0;
  for (const [, name] of query.matchAll(/\$(\w*)/g))
    length += name === undefined || name === '' ? longest : (lengths.get(name) ?? 0);
  if (length > VARIABLE_CHARACTERS)
    throw badVariables(
      `expected at most ${VARIABLE_CHARACTERS} characters where each is written out wherever it is used, got ${length}`,
    );
}

function badVariables(message: string): GraphQLError {
  return new GraphQLError(`variables: ${message}`, {
    extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } },
  });
}

function checkQuery(query: unknown): void {
  if (typeof query !== 'string') throw refuse(400, 'query: expected the text of a GraphQL document');
  if (query.length > QUERY_CHARACTERS)
    throw refuse(413, `query: expected at most ${QUERY_CHARACTERS} characters, got ${query.length}`);
  if (nesting(query) > QUERY_LEVELS)
    throw refuse(400, `query: expected brackets nested at most ${QUERY_LEVELS} deep`);
}

/** How deep brackets are nested, those in strings and comments included. */
function nesting(query: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of query.matchAll(/[{}()[\]]/g)) {
    depth += '{(['.includes(bracket) ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Level by level, not by calling itself: it is here for values too deep for that. */
function isNestedWithin(value: unknown, levels: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; depth < levels && level.length > 0; depth++)
    level = level.flatMap((each) => Object.values(each).filter(isNested));
  return level.length === 0;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
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
  if (request.method !== 'POST') throw refuse(405, `method: expected GET or POST, got ${request.method}`);
  const type = request.headers['content-type'] ?? 'none';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw refuse(415, `content type: expected application/json in UTF-8, got ${type}`);
  const params = parseJson(await readBody(request, admin), 'body');
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  throw refuse(400, 'body: expected one JSON object with `query`; several in an array are not taken');
}

async function readBody(request: IncomingMessage, admin: Admin): Promise<string> {
  const most = admin === 'yes' ? ADMIN_BODY_BYTES : BODY_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let posting = false;
  let last = '';
  // Read to its end even when it is too long: a client that is still sending does not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    if (posting || admin === 'yes') continue;
    const text = last + chunk.toString('latin1');
    posting = text.includes(POSTING);
    last = text.slice(-POSTING.length);
  }
  if (bytes <= most) return Buffer.concat(chunks).toString('utf8');
  const refusal = posting ? adminRefusal(admin) : undefined;
  if (refusal === undefined) throw refuse(413, `body: expected at most ${most} bytes, got ${bytes}`);
  const status = refusal.extensions['code'] === 'FORBIDDEN' ? 403 : 401;
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  throw Object.assign(refusal, { extensions: { ...refusal.extensions, http: { status, headers } } });
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(400, `${what}: expected JSON`);
  }
}

function refuse(status: number, message: string): GraphQLError {
  const headers = status === 405 ? { allow: 'GET, HEAD, POST' } : {};
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status, headers } } });
}
