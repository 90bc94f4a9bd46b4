import type pg from 'pg';
import type { PrismaClient } from './generated/client.ts';

/** A Prisma client that is loaded when it is first used, because that takes longer than starting a server. */
export interface LazyClient {
  /** The client. It uses the connections of the pool. */
  readonly get: () => Promise<PrismaClient>;
  /** Ends the client, if there is one. */
  readonly close: () => Promise<void>;
}

/** Makes a client for the store in a schema. */
export function lazyClient(pool: pg.Pool, schema: string): LazyClient {
  let client: Promise<PrismaClient> | undefined;
  return {
    get: async () => await (client ??= load(pool, schema)),
    close: async () => await (await client)?.$disconnect(),
  };
}

async function load(pool: pg.Pool, schema: string): Promise<PrismaClient> {
  const [{ PrismaPg }, { PrismaClient }] = await Promise.all([
    import('@prisma/adapter-pg'),
    import('./generated/client.ts'),
  ]);
  return new PrismaClient({ adapter: new PrismaPg(pool, { schema }) });
}
