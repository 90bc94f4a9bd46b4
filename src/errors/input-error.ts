import type { ErrorCode } from './catalogue.ts';

/** A mistake in the caller's input. The message is shown to the caller. */
export class InputError extends Error {
  readonly code: Extract<ErrorCode, 'BAD_USER_INPUT' | 'CURSOR_INVALID' | 'CURSOR_EXPIRED'>;
  /** The path to the wrong value through the field's arguments. */
  readonly argument: readonly string[];
  /** The offset of the mistake in the value's text, in UTF-16 code units from 0. */
  readonly position: number | undefined;

  constructor(
    argument: readonly string[],
    message: string,
    { code = 'BAD_USER_INPUT', position }: { code?: InputError['code']; position?: number } = {},
  ) {
    super(message);
    this.name = 'InputError';
    this.code = code;
    this.argument = argument;
    this.position = position;
  }
}
