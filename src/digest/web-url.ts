const WITH_SCHEME = /^https?:\/\//i;
const WITHOUT_SCHEME = /^(?:[\p{L}\d-]+\.)+\p{L}{2,}(?::\d+)?(?:[/?#]|$)/u;
// RFC 3986 allows none of these, and a percent sign only before two hexadecimal digits.
const NO_URL = /[\s\p{C}"<>[\\\]^`{|}]|%(?![\dA-Fa-f]{2})/u;
const NOT_ASCII = /[^\0-\x7F]/; // eslint-disable-line no-control-regex -- ASCII begins there
const LONGEST = 2_000;

/**
 * The address on the web that a text writes: http or https, as RFC 3986 spells it, of at most 2,000 characters. A missing
 * scheme becomes https, letters beyond ASCII are encoded; all else stays as it is. Undefined for other text.
 */
export function webUrl(text: string): string | undefined {
  const bare = text.trim();
  if (bare.length > LONGEST || NO_URL.test(bare)) return undefined;
  const url = withScheme(bare);
  if (url === undefined || !URL.canParse(url)) return undefined;
  return NOT_ASCII.test(url) ? new URL(url).href : url;
}

function withScheme(text: string): string | undefined {
  if (WITH_SCHEME.test(text)) return text;
  const rest = text.replace(/^\/\//, '');
  return WITHOUT_SCHEME.test(rest) ? `https://${rest}` : undefined;
}
