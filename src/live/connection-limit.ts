import { isIPv6 } from 'node:net';
import type { Limits } from '../limits/limits.ts';

/** Counts the open WebSockets and event streams by their IP address. */
export class ConnectionLimit {
  readonly #limits: Limits;
  readonly #perAddress = new Map<string, number>();
  #size = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Reserves a slot for a connection from an address. Returns its release function, undefined at a limit. */
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

/** The /64 of an IPv6 address: a customer has at least that (RFC 6177). Mapped IPv4 addresses stay whole. */
function networkOf(address: string): string {
  if (address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
