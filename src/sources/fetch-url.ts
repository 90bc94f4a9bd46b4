import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { SourceError } from './digest-file.ts';
import { isPublic } from './public-address.ts';

/** The requests that may go to private addresses: none, only the first one (not its redirects), or all. */
export type PrivateAddresses = 'never' | 'first' | 'always';

/** How to fetch a URL. */
export interface FetchOptions {
  readonly allowPrivate: PrivateAddresses;
  /** Longest body in bytes. */
  readonly maxBytes: number;
  /** Headers such as `if-none-match`. Redirects are followed without them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Longest time without any data, in milliseconds; 30,000 by default. */
  readonly idleMs?: number;
  /** Longest time for everything, redirects and body included, in milliseconds; 600,000 by default. */
  readonly totalMs?: number;
}

/** The host could not be reached, or the connection broke. A later attempt may succeed. */
export class UnreachableError extends SourceError {}

/** A response that is no redirect. */
export interface FetchResponse {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: IncomingMessage['headers'];
  /**
   * Iterate to the end, or stop with `return` or `discard`: otherwise the connection stays open. Rejects with
   * SourceError.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection without reading the body. */
  readonly discard: () => void;
}

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;
const TOTAL_MS = 600_000;
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a GET request over http(s) and follows up to five redirects. An address is checked when the socket
 * connects to it, so that a host name cannot resolve to another one after the check (DNS rebinding). Rejects
 * with SourceError; its message contains neither the query nor credentials.
 */
export async function fetchUrl(url: URL, options: FetchOptions): Promise<FetchResponse> {
  const shown = withoutSecrets(url);
  const { idleMs = IDLE_MS, totalMs = TOTAL_MS } = options;
  const until = performance.now() + totalMs;
  let at = url;
  let mayBePrivate = options.allowPrivate !== 'never';
  let { headers = {} } = options;
  for (let redirects = 0; ; redirects += 1) {
    const limits = { idleMs, leftMs: until - performance.now() };
    const response = await get(at, { ...options, headers, mayBePrivate, limits }).catch((error: unknown) => {
      throw error instanceof SourceError ? error : unreachable(shown, error);
    });
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode) || location === undefined)
      return toResponse(response, shown, options.maxBytes);
    response.destroy();
    if (redirects === MAX_REDIRECTS)
      throw new SourceError(`${shown}: expected at most ${MAX_REDIRECTS} redirects, got more`);
    at = redirectTarget(location, at, shown);
    mayBePrivate = options.allowPrivate === 'always';
    headers = {};
  }
}

/** A URL for messages and logs: without credentials and query. */
export function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function redirectTarget(location: string, from: URL, shown: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to?.protocol === 'http:' || to?.protocol === 'https:') return to;
  throw new SourceError(`${shown}: expected a redirect to http or https, got another`);
}

interface GetOptions extends Pick<FetchOptions, 'headers' | 'signal'> {
  readonly mayBePrivate: boolean;
  readonly limits: Limits;
}

interface Limits {
  readonly idleMs: number;
  readonly leftMs: number;
}

async function get(
  url: URL,
  { headers, signal, mayBePrivate, limits }: GetOptions,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!mayBePrivate && isIP(host) !== 0 && !isPublic(host)) throw refused(url);
  const lookup = mayBePrivate ? undefined : publicLookup(url);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      // No keep-alive: the connection closes with the response.
      agent: false,
      headers: { 'user-agent': 'papergraph', accept: '*/*', ...headers },
      timeout: limits.idleMs,
      ...(signal !== undefined && { signal }),
      ...(lookup !== undefined && { lookup }),
    });
    enforceLimits(sent, limits);
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

/**
 * Destroys the request, or the response once there is one, when no data arrives for a while or the total time
 * is over.
 */
function enforceLimits(sent: ClientRequest, { idleMs, leftMs }: Limits): void {
  let answer: IncomingMessage | undefined;
  sent.once('response', (response) => (answer = response));
  const end = (why: string): void => void (answer ?? sent).destroy(new Error(why));
  sent.on('timeout', () => end(`nothing came for ${idleMs / 1_000} seconds`));
  const late = setTimeout(() => end('it took too long'), leftMs);
  sent.once('close', () => clearTimeout(late));
}

/** A DNS lookup that returns only public addresses. */
function publicLookup(url: URL): LookupFunction {
  return (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const addresses = error === null ? found.filter(({ address }) => isPublic(address)) : [];
      const [first] = addresses;
      if (error !== null) done(error, '');
      else if (first === undefined) done(refused(url), '');
      else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function refused(url: URL): SourceError {
  return new SourceError(
    `${withoutSecrets(url)}: expected a public address, got a private one ` +
      '(PAPERGRAPH_ALLOW_PRIVATE_URLS=1 allows those)',
  );
}

function toResponse(response: IncomingMessage, shown: string, maxBytes: number): FetchResponse {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: readBody(response, shown, maxBytes),
    discard: () => response.destroy(),
  };
}

async function* readBody(
  response: IncomingMessage,
  shown: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    if (Number(response.headers['content-length']) > maxBytes) throw tooLarge(shown, maxBytes);
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(shown, maxBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new UnreachableError(`${shown}: broke off after ${bytes} bytes (${reason(error)})`, {
      cause: error,
    });
  } finally {
    response.destroy();
  }
}

function tooLarge(shown: string, maxBytes: number): SourceError {
  return new SourceError(`${shown}: expected at most ${maxBytes} bytes, got more`);
}

function unreachable(shown: string, error: unknown): UnreachableError {
  return new UnreachableError(`${shown}: cannot be reached (${reason(error)})`, { cause: error });
}

function reason(error: unknown): string {
  const { code, message } = error as Error & { code?: string };
  return code ?? message;
}
