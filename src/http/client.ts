import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * Identifies the client of a request, for limits: its address, or the network of an IPv6 address, within which
 * a customer may choose any address.
 */
export function clientOf({ socket: { remoteAddress = '' } }: IncomingMessage): string {
  return isIPv6(remoteAddress) ? networkOf(remoteAddress) : remoteAddress;
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
