import { pino, stdSerializers, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './log-levels.ts';

/** A stream that log lines are written to. */
interface LogStream {
  readonly isTTY?: boolean;
  /** The file descriptor, if the stream writes to a file or pipe. */
  readonly fd?: number;
  write(text: string): unknown;
}

/**
 * Creates a logger: readable lines on a terminal, one JSON object per line elsewhere. Errors are logged
 * with type and message only, because their other fields (the detail of a database error, the source of a
 * GraphQL error) may contain data of a client. Messages of level error and above include the stack;
 * warnings concern failures outside the program, whose stacks do not help. With level debug or trace, all
 * messages include it.
 */
export function createLogger(level: LogLevel, stream: LogStream): Logger {
  const format = stream.isTTY === true ? forTerminal() : (line: string) => line;
  const write =
    stream.fd === undefined || stream.isTTY === true ? writeAtOnce(stream) : writeTogether(stream);
  const destination = { write: (line: string) => write(format(line)) };
  const { values } = pino.levels;
  const stacksFrom = level === 'debug' || level === 'trace' ? 0 : (values['error'] ?? 0);
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    hooks: {
      logMethod(this: Logger, args: LogArguments, log: (...given: LogArguments) => void, at: number) {
        log.apply(this, at < stacksFrom ? withoutStack(args) : args);
      },
    },
  };
  return pino(options, destination);
}

type Write = (line: string) => void;

function writeAtOnce(stream: LogStream): Write {
  return (line) => void stream.write(line);
}

/**
 * Writes the lines of one turn of the event loop together, after it: a system call for each line would cost
 * more than all else about a line. Lines are written even if the process exits within the turn.
 */
function writeTogether(stream: LogStream): Write {
  let lines = '';
  const flush = (): void => {
    process.off('exit', flush);
    stream.write(lines);
    lines = '';
  };
  return (line) => {
    if (lines === '') {
      process.once('exit', flush);
      setImmediate(flush);
    }
    lines += line;
  };
}

type LogArguments = Parameters<Logger['info']>;

/** An error without its stack. */
interface Described {
  readonly type: string;
  readonly message: string;
}

function withoutStack(args: LogArguments): LogArguments {
  const [fields, ...rest] = args as unknown[];
  if (typeof fields !== 'object' || fields === null || !('err' in fields)) return args;
  if (!(fields.err instanceof Error)) return args;
  const { type, message } = stdSerializers.err(fields.err);
  const err: Described = { type, message };
  return [{ ...fields, err }, ...rest] as LogArguments;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return isDescribed(error) ? error : String(error);
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack };
}

function isDescribed(error: unknown): error is Described {
  return typeof error === 'object' && error !== null && 'type' in error && 'message' in error;
}

/**
 * Formats lines for a terminal: `[12:00:00] INFO: request method=POST status=200`. This happens in the main
 * thread, because a worker thread could lose the last lines when the process ends.
 */
function forTerminal(): (line: string) => string {
  const format = pretty.prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss', singleLine: true });
  return (line) => {
    const { level, time, msg, err, ...fields } = JSON.parse(line, withoutControls) as Record<string, unknown>;
    // An error without a stack fits on the line of the message.
    const brief = isDescribed(err) && !('stack' in err);
    const all = brief ? { ...fields, reason: err.message } : fields;
    const text = [typeof msg === 'string' ? msg : '', ...assignments(all)].join(' ');
    return format({ level, time, msg: text, ...(err === undefined || brief ? {} : { err }) });
  };
}

/**
 * Formats fields as `key=value`, nested ones as `key.inner=value`. Values that are not one plain word are
 * quoted.
 */
function assignments(fields: object, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([key, value]: [string, unknown]) => {
    const name = prefix + key;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return assignments(value, `${name}.`);
    const plain = typeof value === 'string' && /^[^\s"=]+$/.test(value);
    return [`${name}=${plain ? value : JSON.stringify(value)}`];
  });
}

// Control characters except line breaks, which stacks contain. A logged file name must not be able to
// command the terminal.
const CONTROL = /[^\P{Cc}\n]/gu;

function withoutControls(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(CONTROL, ' ') : value;
}
