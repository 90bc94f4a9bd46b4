import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';

/**
 * Whether a proxy is trusted to name the address that it got a request from. `hop` counts the proxies between it and
 * this server.
 */
export type TrustedProxies = (address: string, hop: number) => boolean;

/** Most proxies that a request is followed back through. */
export const MOST_HOPS = 20;

const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whether an address is of this machine or of a private network. */
export const isLocal: (address: string) => boolean =
  networks(Object.values(NETWORKS).flat()) ?? (() => false);

/**
 * Reads a number of proxies, or a list of addresses, networks (CIDR) and names of networks. Undefined if the text is
 * neither.
 */
export function trustedProxies(text: string): TrustedProxies | undefined {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    return hops >= 1 && hops <= MOST_HOPS ? (_address, hop) => hop < hops : undefined;
  }
  return networks(text.split(',').flatMap((item) => NETWORKS[item.trim()] ?? [item.trim()]));
}

function networks(items: readonly string[]): ((address: string) => boolean) | undefined {
  const list = new BlockList();
  for (const item of items) {
    const [address = '', bits] = item.split('/', 2);
    const type = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = type === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d+$/.test(bits) ? Number(bits) : 0;
    // A prefix of 0 would trust everyone, and so anything that a client writes.
    if (isIP(address) === 0 || prefix < 1 || prefix > most) return undefined;
    list.addSubnet(address, prefix, type);
  }
  return (address) => isIP(address) > 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/**
 * The address that a request comes from: that of the peer or, if this is a trusted proxy, the one that it names, and so
 * on. A name that is no address ends the search at the proxy that wrote it. If X-Forwarded-For and Forwarded name
 * different addresses, the client may have written one of them, so neither is believed.
 */
export function forwardedAddress({ headers, socket }: IncomingMessage, trusted: TrustedProxies): string {
  const peer = canonical(socket.remoteAddress ?? '') ?? '';
  const { 'x-forwarded-for': xForwardedFor, forwarded } = headers;
  const found = [
    ...(xForwardedFor === undefined ? [] : [follow(peer, String(xForwardedFor), addressOf, trusted)]),
    ...(forwarded === undefined ? [] : [follow(peer, forwarded, forOf, trusted)]),
  ];
  const [address = peer, other = address] = found;
  return address === other ? address : peer;
}

/** Goes back from the peer through the elements of a header, the last one first. */
function follow(
  peer: string,
  header: string,
  read: (element: string) => string | undefined,
  trusted: TrustedProxies,
): string {
  let address = peer;
  let end = header.length;
  for (let hop = 0; hop < MOST_HOPS && end > 0 && trusted(address, hop); hop += 1) {
    const start = header.lastIndexOf(',', end - 1);
    const next = read(header.slice(start + 1, end).trim());
    if (next === undefined) break;
    address = next;
    end = start;
  }
  return address;
}

/** The parameter `for` of an element of Forwarded (RFC 7239, 4). */
const FOR = /(?:^|;)\s*for=(?:"([^"\\]*)"|([^\s";]*))\s*(?:;|$)/i;

function forOf(element: string): string | undefined {
  const [, quoted, token] = FOR.exec(element) ?? [];
  return addressOf(quoted ?? token ?? '');
}

/** The address in a text, which may have a port; then an IPv6 address has brackets. */
function addressOf(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\w+)?$/.exec(text)?.[1] ?? /^([\d.]+):\w+$/.exec(text)?.[1] ?? text;
  return canonical(bare);
}

/** The one way to write an address: short, in lower case, and IPv4 if it is an IPv4 address mapped to IPv6. */
function canonical(text: string): string | undefined {
  const [bare = ''] = text.split('%', 1);
  if (isIP(bare) === 0) return undefined;
  const { address } = new SocketAddress({ address: bare, family: isIPv4(bare) ? 'ipv4' : 'ipv6' });
  const mapped = /^::ffff:([\d.]+)$/.exec(address)?.[1];
  return mapped ?? address;
}
