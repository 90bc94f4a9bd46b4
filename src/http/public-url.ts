/**
 * Reads the address under which clients reach the server through a proxy: an origin and a path prefix, which gets a final
 * slash. Undefined if the text is something else.
 */
export function publicUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^?#@\\]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The URL of a request without the path prefix, which some proxies keep and others remove. */
export function withoutPrefix(url: string, { pathname }: URL): string {
  if (url.startsWith(pathname)) return url.slice(pathname.length - 1);
  const bare = pathname.slice(0, -1);
  return url === bare || url.startsWith(`${bare}?`) ? `/${url.slice(bare.length)}` : url;
}
