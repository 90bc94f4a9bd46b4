import { expect, test } from 'vitest';
import { transaction } from '../../src/database/transaction.ts';
import { openTestDatabase } from '../support/database.ts';

test('a connection that breaks during a transaction fails only that transaction', async () => {
  await using database = await openTestDatabase();
  const broken = transaction(database.pool, async (tx) => {
    const [own] = await tx.query<{ pid: number }>`select pg_backend_pid() as pid`;
    await database.pool.query('select pg_terminate_backend($1, 5000)', [own?.pid]);
    // Meanwhile no query runs on the connection that could report its end.
    await new Promise((resolve) => setImmediate(resolve));
    await tx.query`select 1`;
  });
  await expect(broken).rejects.toThrow(/terminat|connection/i);
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
