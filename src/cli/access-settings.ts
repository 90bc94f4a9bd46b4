import type { AppOptions } from '../http/app.ts';
import { corsOrigins, type CorsOrigins } from '../http/cors.ts';
import { publicUrl } from '../http/public-url.ts';
import { MOST_HOPS, trustedProxies, type TrustedProxies } from '../http/trusted-proxies.ts';
import { Setting } from './setting.ts';

/** The options of `papergraph serve` about who its clients are, and what they may do. */
export interface AccessOptions {
  readonly adminToken?: readonly string[];
  readonly readToken?: readonly string[];
  readonly trustProxy?: TrustedProxies;
  readonly publicUrl?: URL;
  readonly corsOrigins?: CorsOrigins;
}

/** These options, as the server takes them. */
export function accessOf(
  options: AccessOptions,
): Pick<AppOptions, 'adminTokens' | 'readTokens' | 'trustProxy' | 'publicUrl' | 'corsOrigins'> {
  const { adminToken: adminTokens, readToken: readTokens, trustProxy, publicUrl: url } = options;
  return { adminTokens, readTokens, trustProxy, publicUrl: url, corsOrigins: options.corsOrigins };
}

/** The settings of these options. */
export const accessSettings = (): Setting[] => [...proxySettings(), ...tokenSettings()];

const proxySettings = (): Setting[] => [
  new Setting({
    flags: '--trust-proxy <number|addresses>',
    variable: 'PAPERGRAPH_TRUST_PROXY',
    about:
      'take the addresses of clients from X-Forwarded-For or Forwarded: through this number of proxies, or through ' +
      'these addresses and networks (or loopback, linklocal, uniquelocal), separated by commas; default: no proxy',
    takes: `a whole number from 1 to ${MOST_HOPS}, or addresses and networks such as loopback,10.1.0.0/16`,
    parse: trustedProxies,
  }),
  new Setting({
    flags: '--public-url <url>',
    variable: 'PAPERGRAPH_PUBLIC_URL',
    about: 'the address for clients behind a proxy, such as https://papers.example.org/papers/',
    takes: 'an http(s) URL without a query',
    parse: publicUrl,
  }),
  new Setting({
    flags: '--cors-origins <list|*>',
    variable: 'PAPERGRAPH_CORS_ORIGINS',
    about: 'origins whose pages may use GraphQL, separated by commas, or * for all; default: none',
    takes: '*, or origins such as https://example.org, separated by commas',
    parse: corsOrigins,
  }),
];

const tokens = {
  takes: 'tokens of at least 16 characters each, separated by commas',
  secret: true,
  repeatable: true,
  parse: (text: string) => {
    const list = text.split(/[\s,]+/).filter((token) => token !== '');
    return list.length > 0 && list.every((token) => token.length >= 16) ? list : undefined;
  },
};

const tokenSettings = (): Setting[] => [
  new Setting({
    flags: '--admin-token <tokens>',
    variable: 'PAPERGRAPH_ADMIN_TOKEN',
    about:
      'bearer tokens for posting digests (at least 16 characters each), separated by commas; posting is disabled ' +
      'when unset',
    ...tokens,
  }),
  new Setting({
    flags: '--read-token <tokens>',
    variable: 'PAPERGRAPH_READ_TOKEN',
    about:
      'bearer tokens for queries and subscriptions (at least 16 characters each), separated by commas; everyone may ' +
      'query when unset',
    ...tokens,
  }),
];
