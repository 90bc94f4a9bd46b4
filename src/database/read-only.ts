import type pg from 'pg';

/**
 * Why a migrated store cannot be changed, in words that follow "because"; undefined if it can. It is a
 * standby, its transactions are read-only, or the database user lacks the privileges.
 */
export async function whyReadOnly(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ standby: boolean; readOnly: boolean; allowed: boolean }>(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only')::boolean as "readOnly",
       has_table_privilege('digest_entry', 'insert') and has_table_privilege('feed', 'update') as allowed`,
  );
  const [access] = rows;
  if (access?.standby === true) return 'this Postgres is a standby';
  if (access?.readOnly === true) return 'transactions are read-only here (default_transaction_read_only)';
  return access?.allowed === true ? undefined : 'the database user may not change the tables';
}
