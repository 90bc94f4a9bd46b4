import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import { forwardedAddress, isLocal, type TrustedProxies } from './trusted-proxies.ts';

/**
 * Identifies the client of a request, for limits: its address, or the network of an IPv6 address, within which
 * a customer may choose any address.
 */
export type ClientOf = (request: IncomingMessage) => string;

/** Identifies clients behind trusted proxies. Without any, the client is the peer, and an unknown proxy is logged once. */
export function clientIdentifier(trusted: TrustedProxies | undefined, log: Logger): ClientOf {
  if (trusted !== undefined) return (request) => clientAt(forwardedAddress(request, trusted));
  let warned = false;
  return ({ headers, socket: { remoteAddress = '' } }) => {
    if (!warned && isForwarded(headers) && isLocal(remoteAddress)) {
      warned = true;
      log.warn(
        { proxy: remoteAddress },
        'requests come through a proxy, and all its clients count as one: if there are several, set ' +
          'PAPERGRAPH_TRUST_PROXY (--trust-proxy) to the address of the proxy or to 1',
      );
    }
    return clientAt(remoteAddress);
  };
}

function isForwarded(headers: IncomingMessage['headers']): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
}

function clientAt(address: string): string {
  return isIPv6(address) ? networkOf(address) : address;
}

/** The /64 of an IPv6 address: a customer has at least that (RFC 6177). Mapped IPv4 addresses stay whole. */
function networkOf(address: string): string {
  if (address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
