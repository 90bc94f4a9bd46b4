import { dayOf, shiftDay } from '../../time/day.ts';
import { createHash } from 'node:crypto';
import { SourceError } from '../digest-file.ts';
import { fetchUrl, Unreachable, withoutSecrets, type Fetched } from '../fetch-url.ts';
import { rawFile, urlFile } from '../url-file.ts';
import { Sleeper } from '../../time/sleeper.ts';
import type { Take, WatchOptions } from './watch-options.ts';

const POLL_MS = 600_000;
const GAP_MS = 1_000;
const LONGEST_WAIT_MS = 3_600_000;
const DAYS = 8;
const MAX_BYTES = 64 * 2 ** 20;
const FETCH_MS = 120_000;
/** Nothing new: not changed, not there, or not yet. */
const NOTHING_NEW: ReadonlySet<number> = new Set([304, 404, 410]);
/** What a server says that wants to be left alone for a while, beside 5xx. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
/** Languages that the producer of digests is asked for most, as it names its files by them. */
const LANGUAGES = ['Chinese', 'English', 'Japanese', 'Korean', 'Spanish', 'French', 'German', 'Portuguese'];
/** A language that has not answered while others have is asked for once in so many rounds. */
const RARELY = 6;

/** What is known of an address. */
interface Known {
  readonly validators: Record<string, string>;
  readonly sha256: string;
}

interface Address {
  readonly url: URL;
  readonly language: string | undefined;
}

/**
 * Polls a URL, politely: one request at a time, with the validators of the last answer, and ever more rarely while the server
 * fails or asks for patience. Takes in what is new.
 */
export async function watchUrl(template: string, options: WatchOptions, take: Take): Promise<void> {
  const { stop, pollMs = POLL_MS } = options;
  const poll = new UrlPoll(options, take);
  const sleeper = new Sleeper();
  for (let round = 0, failures = 0; !stop.aborted; round += 1) {
    const failure = await poll.ask(addressesOf(template, options.now()), round);
    if (failure === undefined && round === 0) poll.warnOfNothing(template);
    failures = failure === undefined ? 0 : failures + 1;
    const wait = failure === undefined ? pollMs : Math.max(failure.retryAfterMs, backOff(pollMs, failures));
    await sleeper.sleep(wait * (0.9 + 0.2 * Math.random()), stop);
  }
}

function backOff(pollMs: number, failures: number): number {
  return Math.min(LONGEST_WAIT_MS, (pollMs / 10) * 2 ** failures);
}

/** The addresses that a URL with placeholders stands for, the newest day first. */
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

/** The server cannot answer now; it may have said when to come back. */
interface Failure {
  readonly retryAfterMs: number;
}

class UrlPoll {
  readonly #options: WatchOptions;
  readonly #take: Take;
  readonly #known = new Map<string, Known>();
  readonly #warned = new Set<string>();
  readonly #languages = new Set<string>();

  constructor(options: WatchOptions, take: Take) {
    this.#options = options;
    this.#take = take;
  }

  /** Asks those that are due one after the other, until the server cannot answer. */
  async ask(addresses: readonly Address[], round: number): Promise<Failure | undefined> {
    const { stop, gapMs = GAP_MS } = this.#options;
    this.#forgetAllBut(new Set(addresses.map(({ url }) => url.href)));
    const sleeper = new Sleeper();
    for (const address of addresses.filter((each) => this.#isDue(each, round))) {
      if (stop.aborted) return undefined;
      const failure = await this.#askOne(address).catch((error: unknown) => this.#failureOf(error, address));
      if (failure !== undefined) return failure;
      await sleeper.sleep(gapMs, stop);
    }
    return undefined;
  }

  /** To be called after the first round: a misspelt URL would stay unnoticed otherwise, as what is not there may come. */
  warnOfNothing(template: string): void {
    const { stop, log } = this.#options;
    if (this.#known.size > 0 || this.#warned.size > 0 || stop.aborted) return;
    const url = withoutSecrets(new URL(template)).replaceAll('%7B', '{').replaceAll('%7D', '}');
    log.warn({ url }, 'nothing to watch yet; digests are ingested once they appear');
  }

  #isDue({ language }: Address, round: number): boolean {
    if (language === undefined || this.#languages.size === 0) return true;
    return this.#languages.has(language) || round % RARELY === 0;
  }

  #forgetAllBut(urls: ReadonlySet<string>): void {
    for (const url of this.#known.keys()) if (!urls.has(url)) this.#known.delete(url);
    for (const url of this.#warned) if (!urls.has(url)) this.#warned.delete(url);
  }

  async #askOne({ url, language }: Address): Promise<Failure | undefined> {
    const { allowPrivate, now, stop } = this.#options;
    const known = this.#known.get(url.href);
    const answer = await fetchUrl(rawFile(url), {
      allowPrivate,
      maxBytes: MAX_BYTES,
      totalMs: FETCH_MS,
      headers: known?.validators ?? {},
      signal: stop,
    });
    if (answer.status !== 200) {
      answer.discard();
      return this.#judge(answer, url);
    }
    const body = await bytesOf(answer);
    const sha256 = createHash('sha256').update(body).digest('hex');
    if (language !== undefined) this.#languages.add(language);
    const isNew = sha256 !== known?.sha256;
    if (isNew && !(await this.#take(urlFile(url, { allowPrivate, now, maxBytes: MAX_BYTES }, body))))
      return { retryAfterMs: 0 };
    this.#known.set(url.href, { sha256, validators: validatorsOf(answer) });
    this.#warned.delete(url.href);
    return undefined;
  }

  /** An answer without a file: the server may be unable to give any, or this one alone. */
  #judge(answer: Fetched, url: URL): Failure | undefined {
    const { now, log } = this.#options;
    const { status } = answer;
    if (NOTHING_NEW.has(status)) return undefined;
    if (status >= 500 || PASSING.has(status)) {
      log.warn({ url: withoutSecrets(url), status }, 'watched URL failed, trying again');
      return { retryAfterMs: retryAfter(answer, now()) };
    }
    // Object stores say 403 of what is not there.
    this.#warnOnce(url, { status });
    return undefined;
  }

  #failureOf(error: unknown, { url }: Address): Failure | undefined {
    const { stop, log } = this.#options;
    if (stop.aborted) return undefined;
    if (!(error instanceof SourceError)) throw error;
    if (error instanceof Unreachable) {
      log.warn({ err: error }, 'watched URL failed, trying again');
      return { retryAfterMs: 0 };
    }
    this.#warnOnce(url, { err: error });
    return undefined;
  }

  #warnOnce(url: URL, why: object): void {
    if (!this.#warned.has(url.href))
      this.#options.log.warn({ url: withoutSecrets(url), ...why }, 'watched URL gives no file');
    this.#warned.add(url.href);
  }
}

async function bytesOf({ body }: Fetched): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function validatorsOf({ headers }: Fetched): Record<string, string> {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter({ headers }: Fetched, now: Date): number {
  const text = headers['retry-after'] ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
