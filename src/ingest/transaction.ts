import { Prisma, type PrismaClient } from '../database/generated/client.ts';

/** One open transaction of Prisma's. */
export type Transaction = Prisma.TransactionClient;

/** "papr" in ASCII: held by whoever changes the store, so that two ingests never merge the same paper at once. */
const STORE_LOCK = 0x70617072;

// A digest of any size is one transaction: as long as a timer can be.
const LONGEST = 2 ** 31 - 1;

/** Thrown inside `transaction` to undo everything and still hand back a value. */
class Undo<T> extends Error {
  readonly value: T;
  constructor(value: T) {
    super('undone on purpose');
    this.value = value;
  }
}

/**
 * Runs `work` in one READ COMMITTED transaction and commits, or undoes it all where `undo` says so of its result.
 * Rejects with what `work` threw, or with the database's error.
 */
export async function transaction<T>(
  prisma: PrismaClient,
  work: (tx: Transaction) => Promise<T>,
  undo: (result: T) => boolean = () => false,
): Promise<T> {
  try {
    return await prisma.$transaction(
      async (tx) => {
        const result = await work(tx);
        if (undo(result)) throw new Undo(result);
        return result;
      },
      { maxWait: 10_000, timeout: LONGEST, isolationLevel: 'ReadCommitted' },
    );
  } catch (error) {
    if (error instanceof Undo) return error.value as T;
    throw error;
  }
}

/** Waits until nobody else changes the store; held until the transaction ends. */
export async function lockStore(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(${STORE_LOCK})`;
}
