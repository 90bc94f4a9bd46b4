import { createHash } from 'node:crypto';
import { BackOff } from '../../time/back-off.ts';
import { dayOf, shiftDay } from '../../time/day.ts';
import { jittered, sleep } from '../../time/sleep.ts';
import { SourceError } from '../digest-file.ts';
import { fetchUrl, UnreachableError, withoutSecrets, type FetchResponse } from '../fetch-url.ts';
import { rawFile, urlFile } from '../url-file.ts';
import type { WatchOptions } from './watch-options.ts';

const POLL_MS = 600_000;
const GAP_MS = 1_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Number of days that replace `{date}`. */
const DAYS = 8;
const MAX_BYTES = 64 * 2 ** 20;
const FETCH_MS = 120_000;
/** Not Modified, Not Found, Gone: nothing is new. */
const NOTHING_NEW: ReadonlySet<number> = new Set([304, 404, 410]);
/** Request Timeout, Too Early, Too Many Requests: the server asks for patience, as with 5xx. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);
/** Languages that replace `{language}`, as the producer of the digests names them in its files. */
const LANGUAGES = ['Chinese', 'English', 'Japanese', 'Korean', 'Spanish', 'French', 'German', 'Portuguese'];
/** Once a language has been found, the others are requested only in every sixth round. */
const OTHER_LANGUAGES_EVERY = 6;

/** The last version of an address that was taken. */
interface Version {
  /** Headers that make the next request conditional. */
  readonly validators: Record<string, string>;
  readonly sha256: string;
}

interface Address {
  readonly url: URL;
  readonly language: string | undefined;
}

/**
 * Polls a URL and hands over new versions. It is polite: one request at a time, conditional where the server
 * allows it, and ever less often while the server fails or asks for patience.
 */
export async function watchUrl(template: string, options: WatchOptions): Promise<void> {
  const { stop, pollMs = POLL_MS } = options;
  const poll = new UrlPoll(options);
  const backOff = new BackOff({ firstMs: pollMs / 5, mostMs: LONGEST_WAIT_MS, spread: 0 });
  for (let round = 0; !stop.aborted; round += 1) {
    const failure = await poll.requestAll(addressesOf(template, options.now()), round);
    if (failure === undefined) {
      if (round === 0) poll.warnIfNothingFound(template);
      backOff.reset();
    }
    const wait = failure === undefined ? pollMs : Math.max(failure.retryAfterMs, backOff.next());
    await sleep(jittered(wait, 0.1), stop);
  }
}

/** The addresses of a URL with placeholders, from the newest day to the oldest. */
export function addressesOf(template: string, now: Date): Address[] {
  const days = template.includes('{date}')
    ? Array.from({ length: DAYS }, (_, ago) => shiftDay(dayOf(now), -ago))
    : [''];
  const languages = template.includes('{language}') ? LANGUAGES : [undefined];
  return days.flatMap((day) =>
    languages.map((language) => ({
      url: new URL(template.replaceAll('{date}', day).replaceAll('{language}', language ?? '')),
      language,
    })),
  );
}

/** The server cannot answer at the moment. */
interface Failure {
  /** How long the server asked us to wait, in milliseconds; 0 if it did not. */
  readonly retryAfterMs: number;
}

class UrlPoll {
  readonly #options: WatchOptions;
  readonly #versions = new Map<string, Version>();
  readonly #warned = new Set<string>();
  readonly #foundLanguages = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Requests the addresses that are due one after the other. Stops early if the server fails. */
  async requestAll(addresses: readonly Address[], round: number): Promise<Failure | undefined> {
    const { stop, gapMs = GAP_MS } = this.#options;
    this.#forgetAllBut(new Set(addresses.map(({ url }) => url.href)));
    for (const address of addresses.filter((each) => this.#isDue(each, round))) {
      if (stop.aborted) return undefined;
      const failure = await this.#request(address).catch((error: unknown) => this.#failureOf(error, address));
      if (failure !== undefined) return failure;
      await sleep(gapMs, stop);
    }
    return undefined;
  }

  /**
   * For the first round: as 404 is normal for a file of the future, a misspelled URL would otherwise go
   * unnoticed.
   */
  warnIfNothingFound(template: string): void {
    const { stop, log } = this.#options;
    if (this.#versions.size > 0 || this.#warned.size > 0 || stop.aborted) return;
    const url = withoutSecrets(new URL(template)).replaceAll('%7B', '{').replaceAll('%7D', '}');
    log.warn({ url }, 'nothing to watch yet; digests are ingested once they appear');
  }

  #isDue({ language }: Address, round: number): boolean {
    if (language === undefined || this.#foundLanguages.size === 0) return true;
    return this.#foundLanguages.has(language) || round % OTHER_LANGUAGES_EVERY === 0;
  }

  #forgetAllBut(urls: ReadonlySet<string>): void {
    for (const url of this.#versions.keys()) if (!urls.has(url)) this.#versions.delete(url);
    for (const url of this.#warned) if (!urls.has(url)) this.#warned.delete(url);
  }

  async #request({ url, language }: Address): Promise<Failure | undefined> {
    const { allowPrivate, now, stop, take } = this.#options;
    const version = this.#versions.get(url.href);
    const response = await fetchUrl(rawFile(url), {
      allowPrivate,
      maxBytes: MAX_BYTES,
      totalMs: FETCH_MS,
      headers: version?.validators ?? {},
      signal: stop,
    });
    if (response.status !== 200) {
      response.discard();
      return this.#failureOfStatus(response, url);
    }
    const body = await bytesOf(response);
    const sha256 = createHash('sha256').update(body).digest('hex');
    if (language !== undefined) this.#foundLanguages.add(language);
    const isNew = sha256 !== version?.sha256;
    if (isNew && !(await take(urlFile(url, { allowPrivate, now, maxBytes: MAX_BYTES }, body))))
      return { retryAfterMs: 0 };
    this.#versions.set(url.href, { sha256, validators: validatorsOf(response) });
    this.#warned.delete(url.href);
    return undefined;
  }

  /**
   * Tells a failure of the server, after which the others are not requested, from one of this address alone.
   */
  #failureOfStatus(response: FetchResponse, url: URL): Failure | undefined {
    const { now, log } = this.#options;
    const { status } = response;
    if (NOTHING_NEW.has(status)) return undefined;
    if (status >= 500 || TEMPORARY.has(status)) {
      log.warn({ url: withoutSecrets(url), status }, 'watched URL failed, trying again');
      return { retryAfterMs: retryAfter(response, now()) };
    }
    // Includes 403: object stores return it for a missing file.
    this.#warnOnce(url, { status });
    return undefined;
  }

  #failureOf(error: unknown, { url }: Address): Failure | undefined {
    const { stop, log } = this.#options;
    if (stop.aborted) return undefined;
    if (!(error instanceof SourceError)) throw error;
    if (error instanceof UnreachableError) {
      log.warn({ err: error }, 'watched URL failed, trying again');
      return { retryAfterMs: 0 };
    }
    this.#warnOnce(url, { err: error });
    return undefined;
  }

  #warnOnce(url: URL, reason: object): void {
    if (!this.#warned.has(url.href))
      this.#options.log.warn({ url: withoutSecrets(url), ...reason }, 'watched URL has no file');
    this.#warned.add(url.href);
  }
}

async function bytesOf({ body }: FetchResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function validatorsOf({ headers }: FetchResponse): Record<string, string> {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/** Parses `Retry-After`, which is a number of seconds or a date (RFC 9110, 10.2.3), to milliseconds. */
function retryAfter({ headers }: FetchResponse, now: Date): number {
  const text = headers['retry-after'] ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
