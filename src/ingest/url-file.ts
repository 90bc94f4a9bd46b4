import path from 'node:path';
import { SourceError, type DigestFile } from './digest-file.ts';

/** Tells an http(s) URL from a path. */
export function isUrl(argument: string): boolean {
  return /^https?:\/\//i.test(argument);
}

/**
 * A digest behind a URL. GitHub's pages of a file (`/blob/`) stand for the file itself; the source is the repository's
 * `owner/name`, elsewhere the host.
 */
export function urlFile(given: URL, now: () => Date): DigestFile {
  const url = rawFile(given);
  const shown = withoutSecrets(given);
  return {
    origin: shown,
    location: shown,
    fileName: decodeURIComponent(path.posix.basename(url.pathname)),
    source: repository(url) ?? url.host,
    fallbackDate: async () => ({ date: now().toISOString().slice(0, 10), what: 'today (UTC)' }),
    size: undefined,
    open: () => download(url, shown),
  };
}

function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** `github.com/o/r/blob/ref/path` is an HTML page about the file; the file is at `raw.githubusercontent.com`. */
function rawFile(url: URL): URL {
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

async function* download(url: URL, shown: string): AsyncGenerator<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new SourceError(`${shown}: cannot be reached (${reason(error)})`, { cause: error });
  });
  if (!response.ok) throw new SourceError(`${shown}: expected the file, got HTTP status ${response.status}`);
  let bytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw new SourceError(`${shown}: is larger than ${MAX_BYTES} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError(`${shown}: broke off after ${bytes} bytes (${reason(error)})`, { cause: error });
  }
}

function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
