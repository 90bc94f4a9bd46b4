const WITH_SCHEME = /^https?:\/\//i;
const WITHOUT_SCHEME = /^(?:[\p{L}\d-]+\.)+\p{L}{2,}(?::\d+)?(?:[/?#]|$)/u;
// RFC 3986 forbids these characters, and a percent sign without two hexadecimal digits after it.
const NO_URL = /[\s\p{C}"<>[\\\]^`{|}]|%(?![\dA-Fa-f]{2})/u;
const NOT_ASCII = /[^\0-\x7F]/; // eslint-disable-line no-control-regex -- ASCII begins there
const LONGEST = 2_000;

/**
 * Reads an http or https URL (RFC 3986) of at most 2,000 characters. Adds https if the scheme is missing and
 * percent-encodes characters beyond ASCII; everything else stays unchanged. Undefined for any other text.
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
