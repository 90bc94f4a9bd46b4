import pg from 'pg';

/**
 * Settings of every session, which override those of the server, database, role and URL: our SQL and the
 * parsing of its results rely on them. `since` is the first major version of Postgres that has the setting.
 */
const SETTINGS: readonly { readonly name: string; readonly value: string; readonly since?: number }[] = [
  // The format of values.
  { name: 'datestyle', value: 'ISO, MDY' },
  { name: 'intervalstyle', value: 'postgres' },
  { name: 'timezone', value: 'UTC' },
  { name: 'bytea_output', value: 'hex' },
  // Fewer digits would round the scores in cursors.
  { name: 'extra_float_digits', value: '1' },
  { name: 'standard_conforming_strings', value: 'on' },
  { name: 'array_nulls', value: 'on' },
  // The meaning of statements.
  { name: 'transform_null_equals', value: 'off' },
  { name: 'gin_fuzzy_search_limit', value: '0' },
  { name: 'default_transaction_isolation', value: 'read committed' },
  { name: 'default_transaction_deferrable', value: 'off' },
  // No limits: reads have deadlines of our own, and migrations and ingests take as long as they need.
  { name: 'statement_timeout', value: '0' },
  { name: 'lock_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0' },
  { name: 'transaction_timeout', value: '0', since: 17 },
  // Compiling takes longer than running any of our statements, although the planner expects otherwise in
  // large stores.
  { name: 'jit', value: 'off' },
];

/** Facts about a server, read over the first connection. */
export interface ServerFacts {
  /** The major version. */
  readonly version: number;
  /**
   * Whether a pooler is between us and Postgres, so that statements of one connection may run in different
   * sessions.
   */
  readonly pooled: boolean;
  /** The schema of the store, followed by those of the extensions that it needs. */
  readonly schemas: readonly string[];
  /**
   * Whether Postgres notices during a statement that its client has disconnected. It depends on the operating
   * system.
   */
  readonly checksConnection: boolean;
}

/**
 * The statements that set up a session, as one text; with `local`, only for the current transaction. They do
 * not touch `default_transaction_read_only`, with which an owner can protect the store.
 */
export function sessionSql({ version, schemas, checksConnection }: ServerFacts, scope: '' | 'local'): string {
  const known = SETTINGS.filter(({ since = 0 }) => since <= version);
  const all = [
    ...known.map(({ name, value }) => `${name} = '${value}'`),
    `search_path = ${schemas.map((schema) => pg.escapeIdentifier(schema)).join(', ')}`,
    // Stops a statement soon after its client has dropped the connection.
    ...(checksConnection ? [CHECK_CONNECTION] : []),
  ];
  return all.map((setting) => `set ${scope} ${setting}`).join('; ');
}

const CHECK_CONNECTION = `client_connection_check_interval = '500ms'`;

/** Reads the facts about a server over a separate connection. Rejects if it cannot be reached. */
export async function inspectServer(config: pg.ClientConfig): Promise<ServerFacts> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  try {
    await client.connect();
    // One transaction that is rolled back: through a pooler, changes to the session would affect other
    // clients.
    await client.query(
      'begin; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0',
    );
    const { rows } = await client.query<{ version: number; pid: number; schemas: string[] }>(FACTS);
    const [facts] = rows;
    if (facts === undefined) throw new Error('expected one row of facts, got none');
    // A pooler announces a process id of its own, because it does not know yet which session will run the
    // statements.
    const pooled = (client as unknown as { processID: number }).processID !== facts.pid;
    const checksConnection = await client.query(`set local ${CHECK_CONNECTION}`).then(
      () => true,
      () => false,
    );
    await client.query('rollback');
    return { version: facts.version, pooled, schemas: facts.schemas, checksConnection };
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * The schema of the store is the one that the URL sets; else the first one with a store, from the search path
 * or `public`; else the one in which new tables are created.
 */
const FACTS = `
  with store as (
    select n.nspname::text as name, array_position(current_schemas(false), n.nspname) as place
    from pg_namespace n
    where exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'digest_entry')
      and exists (select from pg_class c where c.relnamespace = n.oid and c.relname = '_prisma_migrations')
  ), chosen as (
    select coalesce(
      (select current_schema()::text from pg_settings where name = 'search_path' and source = 'client'),
      (select name from store where place is not null or name = 'public' order by place limit 1),
      current_schema()::text,
      'public') as name
  )
  select current_setting('server_version_num')::int / 10000 as version, pg_backend_pid() as pid,
    array(select name from chosen union all
      select distinct n.nspname::text
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace, chosen
      where e.extname in ('pg_trgm', 'unaccent') and n.nspname <> chosen.name) as schemas`;
