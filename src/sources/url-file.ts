import path from 'node:path';
import { dayOf } from '../time/day.ts';
import { SourceError, type DigestFile } from './digest-file.ts';
import { fetchUrl, withoutSecrets, type FetchOptions } from './fetch-url.ts';

/** How to fetch a digest. */
export interface UrlOptions extends Pick<FetchOptions, 'allowPrivate' | 'signal' | 'totalMs'> {
  readonly now: () => Date;
  /** Limit in bytes for the unpacked file; 4 GiB by default. */
  readonly maxBytes?: number;
}

/**
 * A digest at a URL. For GitHub's page of a file (`/blob/`) it is the file itself. The source is `owner/name`
 * of the repository on GitHub, elsewhere the host. With `body`, the file has already been fetched.
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
    open: () => (body === undefined ? download(url, shown, options) : once(body)),
  };
}

/** The file name of a URL, percent-decoded unless that yields control characters or is impossible. */
function nameOf({ pathname }: URL): string {
  const name = path.posix.basename(pathname);
  try {
    const decoded = path.posix.basename(decodeURIComponent(name));
    return /\p{Cc}/u.test(decoded) ? name : decoded;
  } catch {
    return name;
  }
}

/**
 * The URL of the file itself: `github.com/o/r/blob/ref/path` is an HTML page; the file is at
 * `raw.githubusercontent.com`.
 */
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

/** Far above the largest known digest (4 MB), and low enough not to fill a disk unnoticed. */
const MAX_BYTES = 4 * 2 ** 30;

async function* download(url: URL, shown: string, options: UrlOptions): AsyncGenerator<Uint8Array> {
  const { status, body, discard } = await fetchUrl(url, { maxBytes: MAX_BYTES, ...options });
  if (status >= 200 && status <= 299) yield* body;
  else {
    discard();
    throw new SourceError(`${shown}: expected the file, got HTTP status ${status}`);
  }
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
