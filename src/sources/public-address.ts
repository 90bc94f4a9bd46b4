import ipaddr from 'ipaddr.js';

/**
 * The only block from which IANA assigns global unicast addresses (RFC 4291, 2.4); ipaddr.js calls most
 * others `unicast`, too.
 */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address is publicly routable: no private, local or special one, and none that embeds an IPv4
 * address.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6));
}
