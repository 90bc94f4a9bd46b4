import {
  commonHeaders,
  listOf,
  type Handler,
  type HeaderList,
  type RequestContext,
} from './request-context.ts';

/** The origins whose pages may use the API, besides those of this server. */
export type CorsOrigins = '*' | ReadonlySet<string>;

/** Reads `*` or a list of origins, separated by commas or spaces. Undefined if the text is neither. */
export function corsOrigins(text: string): CorsOrigins | undefined {
  if (text.trim() === '*') return '*';
  const origins = text.split(/[\s,]+/).filter((item) => item !== '');
  return origins.length > 0 && origins.every(isOrigin)
    ? new Set(origins.map((item) => new URL(item).origin))
    : undefined;
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/?#@\\*]+$/i.test(text) && URL.canParse(text);
}

const EXPOSED = 'etag, ratelimit, ratelimit-policy, retry-after, x-request-id';
/** The answer to a preflight. `*` never includes `authorization`, and old browsers do not know it. */
const PREFLIGHT = listOf({
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, last-event-id, *',
  // Two hours: Chromium takes no more.
  'access-control-max-age': '7200',
});

/**
 * Lets pages of other origins use a handler (CORS). There are never credentials, such as cookies or client
 * certificates: a page must know a token to send it.
 */
export function withCors(handler: Handler, origins: CorsOrigins | undefined): Handler {
  if (origins === undefined) return handler;
  const headersFor = headersByOrigin(origins);
  return (context) => {
    const { method, headers } = context.request;
    const isAllowed = allows(origins, headers.origin);
    context.commonHeaders = headersFor(headers.origin);
    if (method === 'OPTIONS' && isAllowed && headers['access-control-request-method'] !== undefined)
      return confirmPreflight(context);
    return handler(context);
  };
}

/** Whether pages of an origin may use the API. */
export function allows(origins: CorsOrigins | undefined, origin: string | undefined): boolean {
  if (origins === undefined || origin === undefined) return false;
  return origins === '*' || origins.has(origin);
}

/** The headers of every response, prepared for each origin. Without a list they are the same for all. */
function headersByOrigin(origins: CorsOrigins): (origin: string | undefined) => HeaderList {
  if (origins === '*') {
    const everyone = allowed('*');
    return () => everyone;
  }
  // A cache must not give a response for one origin, or for none, to another.
  const vary = ['vary', 'origin'];
  const others = commonHeaders('same-origin', vary);
  const byOrigin = new Map([...origins].map((origin) => [origin, allowed(origin, ...vary)]));
  return (origin) => (origin === undefined ? undefined : byOrigin.get(origin)) ?? others;
}

function confirmPreflight(context: RequestContext): void {
  context.writeHead(204, PREFLIGHT).end();
}

function allowed(origin: string, ...more: string[]): HeaderList {
  const headers = { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED };
  return commonHeaders('cross-origin', [...listOf(headers), ...more]);
}
