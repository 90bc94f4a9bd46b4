import { pino, stdSerializers, type Logger } from 'pino';

/** What `--log-level` takes, the most urgent first. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** One of LOG_LEVELS. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A log of JSON lines. Errors are logged with message and stack alone: what else hangs on them (a database error's
 * detail, a GraphQL error's source) may hold what a client sent.
 */
export function createLogger(level: LogLevel, stream: { write(text: string): unknown }): Logger {
  const destination = { write: (line: string) => void stream.write(line) };
  return pino({ level, base: null, serializers: { err: describeError } }, destination);
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack };
}
