import { dayOf } from '../time/day.ts';
import path from 'node:path';
import { SourceError, type DigestFile } from './digest-file.ts';
import { fetchUrl, withoutSecrets, type FetchOptions } from './fetch-url.ts';

/** Tells an http(s) URL from a path. */
export function isUrl(argument: string): boolean {
  return /^https?:\/\//i.test(argument);
}

/** How to fetch a digest. */
export interface UrlOptions extends Pick<FetchOptions, 'allowPrivate' | 'signal' | 'totalMs'> {
  readonly now: () => Date;
  /** Of the file, unpacked where it is packed; 4 GB where absent. */
  readonly maxBytes?: number;
}

/**
 * A digest behind a URL. GitHub's pages of a file (`/blob/`) stand for the file itself; the source is the repository's
 * `owner/name`, elsewhere the host. `body`: what has been fetched from it already.
 */
export function urlFile(given: URL, options: UrlOptions, body?: Uint8Array): DigestFile {
  const url = rawFile(given);
  const shown = withoutSecrets(given);
  return {
    origin: shown,
    location: shown,
    fileName: nameOf(url),
    source: repository(url) ?? url.host,
    fallbackDate: async () => ({ date: dayOf(options.now()), what: 'today (UTC)' }),
    size: undefined,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    once: false,
    open: () => (body === undefined ? download(url, shown, options) : only(body)),
  };
}

/** A file's name, decoded where that gives a name. */
function nameOf({ pathname }: URL): string {
  const name = path.posix.basename(pathname);
  try {
    const decoded = path.posix.basename(decodeURIComponent(name));
    return /\p{Cc}/u.test(decoded) ? name : decoded;
  } catch {
    return name;
  }
}

/** `github.com/o/r/blob/ref/path` is an HTML page about the file; the file is at `raw.githubusercontent.com`. */
export function rawFile(url: URL): URL {
  const page = /^\/([^/]+)\/([^/]+)\/(?:blob|raw)\/(.+)$/.exec(url.pathname);
  if (url.host !== 'github.com' || page === null) return url;
  return new URL(`https://raw.githubusercontent.com/${page[1]}/${page[2]}/${page[3]}`);
}

function repository({ host, pathname }: URL): string | undefined {
  if (host !== 'github.com' && host !== 'raw.githubusercontent.com') return undefined;
  const [owner, name] = pathname.split('/').filter((part) => part !== '');
  return owner === undefined || name === undefined ? undefined : `${owner}/${name.replace(/\.git$/, '')}`;
}

// Far above the largest digest known (4 MB), far below what would fill a disk in silence.
const MAX_BYTES = 4 * 2 ** 30;

async function* download(url: URL, shown: string, options: UrlOptions): AsyncGenerator<Uint8Array> {
  const { status, body, discard } = await fetchUrl(url, { maxBytes: MAX_BYTES, ...options });
  if (status >= 200 && status <= 299) yield* body;
  else {
    discard();
    throw new SourceError(`${shown}: expected the file, got HTTP status ${status}`);
  }
}

async function* only(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
