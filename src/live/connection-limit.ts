import { isIPv6 } from 'node:net';

/** How many may stay connected at once: WebSockets and event streams. */
export interface ConnectionLimits {
  /** Of the whole server. */
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
}

/** The connections that stay, counted by the address that they come from. */
export class ConnectionLimit {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new Map<string, number>();
  #size = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a connection from an IP address; gives what gives it back, undefined where there is none. */
  enter(address = ''): (() => void) | undefined {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    const from = isIPv6(address) ? networkOf(address) : address;
    const others = this.#perAddress.get(from) ?? 0;
    if (this.#size >= maxSockets || others >= maxSocketsPerAddress) return undefined;
    this.#size += 1;
    this.#perAddress.set(from, others + 1);
    return () => this.#leave(from);
  }

  #leave(from: string): void {
    this.#size -= 1;
    const others = (this.#perAddress.get(from) ?? 1) - 1;
    if (others === 0) this.#perAddress.delete(from);
    else this.#perAddress.set(from, others);
  }
}

/** The /64 of an IPv6 address: that much one customer has (RFC 6177). An IPv4 address in it stays as it is. */
function networkOf(address: string): string {
  if (address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
