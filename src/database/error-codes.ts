// Every error of Postgres, of the network and of `pg` that this program distinguishes. No other file contains
// a SQLSTATE.

/** SQLSTATEs under Postgres's own names: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SQLSTATE = {
  sqlclient_unable_to_establish_sqlconnection: '08001',
  connection_does_not_exist: '08003',
  sqlserver_rejected_establishment_of_sqlconnection: '08004',
  connection_failure: '08006',
  protocol_violation: '08P01',
  read_only_sql_transaction: '25006',
  idle_in_transaction_session_timeout: '25P03',
  invalid_sql_statement_name: '26000',
  serialization_failure: '40001',
  deadlock_detected: '40P01',
  insufficient_privilege: '42501',
  duplicate_prepared_statement: '42P05',
  disk_full: '53100',
  out_of_memory: '53200',
  too_many_connections: '53300',
  object_not_in_prerequisite_state: '55000',
  lock_not_available: '55P03',
  query_canceled: '57014',
  admin_shutdown: '57P01',
  crash_shutdown: '57P02',
  cannot_connect_now: '57P03',
} as const;

/** Classes of SQLSTATEs: their first two characters. */
const SQLSTATE_CLASS = {
  connection_exception: '08',
  data_exception: '22',
  syntax_error_or_access_rule_violation: '42',
  program_limit_exceeded: '54',
} as const;

/** Errors of `pg` and its pool that have a message but no code. */
const PG_MESSAGE = {
  connectTimeout: 'Connection terminated due to connection timeout',
  poolTimeout: 'timeout exceeded when trying to connect',
  poolEnded: 'Cannot use a pool after calling end on the pool',
  queryTimeout: 'Query read timeout',
  /** The connection broke during a query, or before it. */
  broken: /^(?:Connection terminated|Client has encountered)/,
} as const;

/** Whether an error has one of these codes, be it a SQLSTATE or a code of the operating system (`ENOENT`). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const UNAVAILABLE: ReadonlySet<string> = new Set([
  SQLSTATE.too_many_connections,
  SQLSTATE.cannot_connect_now,
  SQLSTATE.sqlclient_unable_to_establish_sqlconnection,
  SQLSTATE.sqlserver_rejected_establishment_of_sqlconnection,
  'ECONNREFUSED',
  'EAI_AGAIN',
]);

/**
 * Whether no connection could be made, so that the statement has not started. A later attempt may succeed.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // PgBouncer reports a full pool as a fatal protocol violation.
  if (hasCode(error, SQLSTATE.protocol_violation)) return 'severity' in error && error.severity === 'FATAL';
  // A socket that does not exist yet. ENOENT of any other system call is a missing file.
  if (hasCode(error, 'ENOENT')) return 'syscall' in error && error.syscall === 'connect';
  return UNAVAILABLE.has(codeOf(error)) || error.message === PG_MESSAGE.connectTimeout;
}

/**
 * Whether nothing listens on the Unix socket of a server: it has ended, or has not created the socket yet.
 */
export function isServerGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ECONNREFUSED');
}

/** A copy of the error that `isUnavailable` recognises. */
export function asUnavailable(error: Error): Error {
  const code = SQLSTATE.sqlclient_unable_to_establish_sqlconnection;
  return Object.assign(new Error(error.message, { cause: error }), { code });
}

const INTERRUPTED: ReadonlySet<string> = new Set([
  SQLSTATE.connection_failure,
  SQLSTATE.connection_does_not_exist,
  // Also a read that a standby canceled because it conflicted with recovery.
  SQLSTATE.serialization_failure,
  SQLSTATE.deadlock_detected,
  SQLSTATE.admin_shutdown,
  SQLSTATE.crash_shutdown,
  'ECONNRESET',
  'EPIPE',
]);

/**
 * Whether a statement was stopped from outside: its connection broke, the server shut down, or it conflicted
 * with other transactions.
 */
export function isInterrupted(error: unknown): boolean {
  if (!(error instanceof Error) || isUnavailable(error)) return false;
  return INTERRUPTED.has(codeOf(error)) || PG_MESSAGE.broken.test(error.message);
}

const TRANSIENT: ReadonlySet<string> = new Set([
  // A standby that is being promoted.
  SQLSTATE.read_only_sql_transaction,
  // A process that was frozen for a while: see `lockStore`.
  SQLSTATE.idle_in_transaction_session_timeout,
  SQLSTATE.lock_not_available,
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/**
 * Whether the same work may succeed a little later: the database was unavailable, or another process held a
 * lock.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isUnavailable(error) || isInterrupted(error) || error.message === PG_MESSAGE.poolTimeout) return true;
  return TRANSIENT.has(codeOf(error)) || codeOf(error).startsWith(SQLSTATE_CLASS.connection_exception);
}

/** Whether Postgres canceled a statement: on request, or because it ran out of time. */
export function isCanceled(error: unknown): boolean {
  return hasCode(error, SQLSTATE.query_canceled);
}

const TIMEOUT_MESSAGES: ReadonlySet<string> = new Set([
  PG_MESSAGE.queryTimeout,
  PG_MESSAGE.poolTimeout,
  PG_MESSAGE.poolEnded,
]);

/**
 * Whether a statement, or the wait for a connection, ran out of time. A closed pool counts: the program is
 * ending.
 */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isCanceled(error) || TIMEOUT_MESSAGES.has(error.message);
}

/**
 * Whether a statement failed because a prepared statement was missing, or its name was in use. The connection
 * then goes through a pooler: it does not reach the same session every time.
 */
export function isPreparedStatementError(error: unknown): boolean {
  const { invalid_sql_statement_name: missing, duplicate_prepared_statement: taken } = SQLSTATE;
  // A protocol violation: the statement of that name has another number of parameters.
  return hasCode(error, missing, taken, SQLSTATE.protocol_violation) && !isUnavailable(error);
}

const FAULTS: ReadonlySet<string> = new Set([
  SQLSTATE_CLASS.data_exception,
  SQLSTATE_CLASS.syntax_error_or_access_rule_violation,
  SQLSTATE_CLASS.program_limit_exceeded,
]);

/** Whether the statement itself is at fault and would fail again: it is wrong, too large or too slow. */
export function isStatementFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return hasCode(error, SQLSTATE.query_canceled) || FAULTS.has(codeOf(error).slice(0, 2));
}

/** Whether the transaction is read-only, as every transaction of a standby is. */
export function isReadOnly(error: unknown): boolean {
  return hasCode(error, SQLSTATE.read_only_sql_transaction);
}

/** Whether the statement may not run here: the role lacks a privilege, or the transaction is read-only. */
export function isForbidden(error: unknown): boolean {
  return isReadOnly(error) || hasCode(error, SQLSTATE.insufficient_privilege);
}

/** Whether a function cannot run because the server is a standby (`recovery is in progress`). */
export function isInRecovery(error: unknown): boolean {
  return hasCode(error, SQLSTATE.object_not_in_prerequisite_state);
}

const EXPLAINED: ReadonlyMap<string, string> = new Map([
  [SQLSTATE.disk_full, 'Postgres has no disk space left; the current work was not stored'],
  [SQLSTATE.out_of_memory, 'Postgres has no memory left; the current work was not stored'],
  [SQLSTATE.insufficient_privilege, 'the database user lacks a privilege'],
  [SQLSTATE.read_only_sql_transaction, 'the database is read-only: it is a standby, or set so'],
]);

/** One line for a user about missing resources or privileges; undefined for any other error. */
export function explainFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const explained = EXPLAINED.get(codeOf(error));
  return explained === undefined ? undefined : `${explained} (${error.message})`;
}
