import { Option, type Command } from 'commander';
import { UsageError, type Io } from './io.ts';

/** What a setting takes. */
interface SettingOptions {
  readonly flags: string;
  /** The environment variable that also sets the option. */
  readonly variable: string;
  readonly about: string;
  readonly preset?: string | number;
  /** The accepted values, as messages print them after "expected". */
  readonly takes?: string;
  /** Whether messages must not show the value. */
  readonly secret?: boolean;
  /** Parses a value; undefined if the text is not acceptable. Without it, any text is. */
  readonly parse?: (text: string) => unknown;
  /** Whether values of several flags are one list. `parse` then returns a list. */
  readonly repeatable?: boolean;
}

/**
 * An option that an environment variable can also set. Commander's own `env()` reads `process.env`, and its
 * errors always name the flag. This class gets the environment from `applyEnvironment`, and its errors name
 * the variable if that was wrong.
 */
export class Setting extends Option {
  readonly variable: string;
  readonly #takes: string;
  readonly #secret: boolean;
  readonly #parse: (text: string) => unknown;

  constructor(options: SettingOptions) {
    const { flags, variable, about, preset, takes = 'a text', parse = (text) => text } = options;
    super(flags, `${about} (env: ${variable})`);
    this.#secret = options.secret === true;
    this.variable = variable;
    this.#takes = takes;
    this.#parse = parse;
    this.argParser((text, others: unknown) => {
      const value = this.read(text, this.long ?? flags);
      return options.repeatable === true && Array.isArray(others) ? others.concat(value) : value;
    });
    if (preset !== undefined) this.default(preset);
  }

  /**
   * Parses a text. Throws a UsageError that names `origin`, the flag or variable that the text comes from.
   */
  read(text: string, origin: string): unknown {
    const value = text === '' ? undefined : this.#parse(text);
    const got = this.#secret ? `a value of ${text.length} characters` : `"${text}"`;
    if (value === undefined) throw new UsageError(`${origin}: expected ${this.#takes}, got ${got}`);
    return value;
  }
}

/** Sets options from the environment that no flag has set. An empty variable counts as unset. */
export function applyEnvironment(command: Command, env: Io['env']): void {
  for (const option of command.options) {
    if (!(option instanceof Setting)) continue;
    const name = option.attributeName();
    const text = env[option.variable];
    if (text === undefined || text === '' || command.getOptionValueSource(name) === 'cli') continue;
    command.setOptionValueWithSource(name, option.read(text, option.variable), 'env');
  }
}
