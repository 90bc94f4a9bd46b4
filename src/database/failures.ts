/** Postgres's codes (appendix A) and the system's: no connection can be had, and one may be had a little later. */
const UNAVAILABLE = new Set(['53300', '57P03', '08001', '08004', 'ECONNREFUSED', 'EAI_AGAIN']);
/** What `pg` says without a code. */
const UNAVAILABLE_MESSAGE = 'Connection terminated due to connection timeout';

/** Protocol violation: with the severity FATAL, what a pooler says that has no connection left. */
const PROTOCOL = '08P01';

/** Whether no connection could be had, so that a statement has not begun: none is free, or Postgres is not there yet. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === PROTOCOL) return 'severity' in error && error.severity === 'FATAL';
  // A socket that is not there yet; a file that is missing is something else.
  if (code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect';
  return UNAVAILABLE.has(code) || error.message === UNAVAILABLE_MESSAGE;
}

/** Connection failure, a standby that had to stop a read, deadlock, shut down by an administrator or a crash. */
const INTERRUPTED = new Set(['08006', '08003', '40001', '40P01', '57P01', '57P02', 'ECONNRESET', 'EPIPE']);
const INTERRUPTED_MESSAGE = /^(?:Connection terminated|Client has encountered)/;

/** Whether a statement, or its connection, was stopped for no fault of its own. */
export function isInterrupted(error: unknown): boolean {
  if (!(error instanceof Error) || isUnavailable(error)) return false;
  return INTERRUPTED.has(codeOf(error)) || INTERRUPTED_MESSAGE.test(error.message);
}

/** No such prepared statement, one that is there already, or one of another text. */
const WITHOUT_NAMES = new Set(['26000', '42P05', PROTOCOL]);

/** Whether a statement failed for its name: a connection does not lead to the same session each time. */
export function isWithoutNames(error: unknown): boolean {
  return error instanceof Error && !isUnavailable(error) && WITHOUT_NAMES.has(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

const EXPLAINED: ReadonlyMap<string, string> = new Map([
  ['53100', 'Postgres has no disk space left, and what was in hand is not stored'],
  ['53200', 'Postgres has no memory left, and what was in hand is not stored'],
  ['42501', 'the database user may not do what is needed'],
  ['25006', 'the database takes no changes: it is a standby, or read-only'],
]);

/** A failure of what Postgres runs on, or of rights, in one line; undefined for any other. */
export function explainFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const what = EXPLAINED.get(codeOf(error));
  return what === undefined ? undefined : `${what} (${error.message})`;
}
