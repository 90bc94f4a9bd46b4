/**
 * What a caller asked for cannot be answered, by the caller's fault. `argument` leads to it through the field's arguments,
 * `position` into its text, in UTF-16 code units from 0.
 */
export class InputError extends Error {
  readonly code: 'BAD_USER_INPUT' | 'CURSOR_INVALID' | 'CURSOR_EXPIRED';
  readonly argument: readonly string[];
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
