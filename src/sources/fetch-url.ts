import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { SourceError } from './digest-file.ts';
import { isPublic } from './public-address.ts';

/** Which URLs may lead to private addresses: none, the one that an operator named (not a redirect from it), or all. */
export type PrivateAddresses = 'never' | 'first' | 'always';

/** How to fetch. */
export interface FetchOptions {
  readonly allowPrivate: PrivateAddresses;
  /** The body is broken off after so many bytes. */
  readonly maxBytes: number;
  /** Such as `if-none-match`; they go to the first host alone. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Something has to come every so many milliseconds (30,000). */
  readonly idleMs?: number;
  /** All of it has to be there after so many milliseconds (600,000), with redirects and body. */
  readonly totalMs?: number;
}

/** What could not be reached, or broke off: later it may be there. */
export class Unreachable extends SourceError {}

/** An answer that is no redirect. */
export interface Fetched {
  readonly status: number;
  /** By names in small letters. */
  readonly headers: IncomingMessage['headers'];
  /** To be read to its end or given up (`return`), else the connection stays open. Rejects with SourceError. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the body up. */
  readonly discard: () => void;
}

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;
const TOTAL_MS = 600_000;
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/**
 * GETs a URL over http(s) and follows redirects. The address that a name stands for is judged as it is connected to, so that
 * a name cannot change its mind in between. Rejects with SourceError, whose message has no query and no credentials.
 */
export async function fetchUrl(url: URL, options: FetchOptions): Promise<Fetched> {
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
      return fetched(response, shown, options.maxBytes);
    response.destroy();
    if (redirects === MAX_REDIRECTS)
      throw new SourceError(`${shown}: expected at most ${MAX_REDIRECTS} redirects, got more`);
    at = redirected(location, at, shown);
    mayBePrivate = options.allowPrivate === 'always';
    headers = {};
  }
}

/** A URL as messages may show it: no credentials, no query. */
export function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function redirected(location: string, from: URL, shown: string): URL {
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
      // A connection of its own, gone when the answer has been read.
      agent: false,
      headers: { 'user-agent': 'papergraph', accept: '*/*', ...headers },
      timeout: limits.idleMs,
      ...(signal !== undefined && { signal }),
      ...(lookup !== undefined && { lookup }),
    });
    limit(sent, limits);
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

/** Ends a request, or the answer that is being read, where nothing comes for a while, or too little. */
function limit(sent: ClientRequest, { idleMs, leftMs }: Limits): void {
  let answer: IncomingMessage | undefined;
  sent.once('response', (response) => (answer = response));
  const end = (why: string): void => void (answer ?? sent).destroy(new Error(why));
  sent.on('timeout', () => end(`nothing came for ${idleMs / 1_000} seconds`));
  const late = setTimeout(() => end('it took too long'), leftMs);
  sent.once('close', () => clearTimeout(late));
}

/** Resolves names to public addresses alone. */
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
    `${withoutSecrets(url)}: expected a public address, got a private one (PAPERGRAPH_ALLOW_PRIVATE_URLS=1 allows those)`,
  );
}

function fetched(response: IncomingMessage, shown: string, maxBytes: number): Fetched {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: bounded(response, shown, maxBytes),
    discard: () => response.destroy(),
  };
}

async function* bounded(
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
    throw new Unreachable(`${shown}: broke off after ${bytes} bytes (${reason(error)})`, { cause: error });
  } finally {
    response.destroy();
  }
}

function tooLarge(shown: string, maxBytes: number): SourceError {
  return new SourceError(`${shown}: expected at most ${maxBytes} bytes, got more`);
}

function unreachable(shown: string, error: unknown): Unreachable {
  return new Unreachable(`${shown}: cannot be reached (${reason(error)})`, { cause: error });
}

function reason(error: unknown): string {
  const { code, message } = error as Error & { code?: string };
  return code ?? message;
}
