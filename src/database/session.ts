import pg from 'pg';

/**
 * What a session is set to, whatever server, database, role or URL say: our SQL and the reading of its results rely on it.
 * `since`: the first major version of Postgres that knows the setting.
 */
const SETTINGS: readonly { readonly name: string; readonly value: string; readonly since?: number }[] = [
  // How values are written and read.
  { name: 'datestyle', value: 'ISO, MDY' },
  { name: 'intervalstyle', value: 'postgres' },
  { name: 'timezone', value: 'UTC' },
  { name: 'bytea_output', value: 'hex' },
  // Fewer digits would round the scores that cursors hold.
  { name: 'extra_float_digits', value: '1' },
  { name: 'standard_conforming_strings', value: 'on' },
  { name: 'array_nulls', value: 'on' },
  // What a statement means.
  { name: 'transform_null_equals', value: 'off' },
  { name: 'gin_fuzzy_search_limit', value: '0' },
  { name: 'default_transaction_isolation', value: 'read committed' },
  { name: 'default_transaction_deferrable', value: 'off' },
  // Reads have deadlines of their own; migrations and ingests take as long as they need.
  { name: 'statement_timeout', value: '0' },
  { name: 'lock_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0' },
  { name: 'transaction_timeout', value: '0', since: 17 },
  // Compiling a statement takes longer than running any of ours; the planner thinks otherwise of large stores.
  { name: 'jit', value: 'off' },
];

/** What the first connection tells of a server. */
export interface ServerFacts {
  /** Its major version. */
  readonly version: number;
  /** A pooler is between us and Postgres: statements of one connection may run in different sessions. */
  readonly pooled: boolean;
  /** The schema of the store, then those of the extensions that it needs. */
  readonly schemas: readonly string[];
  /** Whether Postgres can notice while a statement runs that its connection is gone; not every system can. */
  readonly checksConnection: boolean;
}

/**
 * The statements that set a session up, as one text; with `local`, for the transaction in hand alone. Read-only by default is
 * left to the owner, as a way of saying that nothing may be changed.
 */
export function sessionSql({ version, schemas, checksConnection }: ServerFacts, scope: '' | 'local'): string {
  const known = SETTINGS.filter(({ since = 0 }) => since <= version);
  const all = [
    ...known.map(({ name, value }) => `${name} = '${value}'`),
    `search_path = ${schemas.map((schema) => pg.escapeIdentifier(schema)).join(', ')}`,
    // A statement whose connection was given up stops soon, instead of going on for nobody.
    ...(checksConnection ? [CHECK_CONNECTION] : []),
  ];
  return all.map((setting) => `set ${scope} ${setting}`).join('; ');
}

const CHECK_CONNECTION = `client_connection_check_interval = '500ms'`;

/** Asks a server, over a connection of its own, what sessions on it need. Rejects where it cannot be reached. */
export async function inspectServer(config: pg.ClientConfig): Promise<ServerFacts> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  try {
    await client.connect();
    // All of it in one transaction, which is undone: behind a pooler the session is not ours.
    await client.query(
      'begin; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0',
    );
    const { rows } = await client.query<{ version: number; pid: number; schemas: string[] }>(FACTS);
    const [facts] = rows;
    if (facts === undefined) throw new Error('expected one row of facts, got none');
    // A pooler hands out numbers of its own: it cannot know which session will be ours.
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
 * The store's schema is the one that the URL names; else the first one of the search path that has a store, or `public` where
 * that has one; else where the search path has new tables made.
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
      select distinct n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace, chosen
      where e.extname in ('pg_trgm', 'unaccent') and n.nspname <> chosen.name) as schemas`;
