/**
 * The network of a client, for the log: the first three numbers of an IPv4 address (/24), or the first three
 * groups of an IPv6 address (/48). It shows where load comes from without naming a person's connection.
 */
export function clientNetwork(client: string): string {
  const [, ipv4] = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/.exec(client) ?? [];
  if (ipv4 !== undefined) return `${ipv4}.0/24`;
  return client.includes(':') ? `${client.split(':').slice(0, 3).join(':')}::/48` : client;
}
