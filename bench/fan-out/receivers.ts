import { startChild, type Child } from '../support/child.ts';
import type { Order, Payload, Received } from '../support/clients.ts';

/** Opens `count` sockets, which subscribe with the payloads in turn. */
export async function openClients(port: number, payloads: readonly Payload[], count: number): Promise<Child> {
  const clients = startChild('clients.js');
  await clients.ask({ open: { port, count, payloads } } satisfies Order);
  return clients;
}

/** Tells the clients that an event will come. Returns a function that waits for it. */
export async function announce(clients: Child): Promise<() => Promise<Received>> {
  await clients.ask({ round: true } satisfies Order);
  const received = clients.heard<Received>();
  return async () => await received;
}
