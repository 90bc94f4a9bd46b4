/** What a caller asked for cannot be answered, by the caller's fault. `argument` leads to it through the field's arguments. */
export class InputError extends Error {
  readonly code: 'BAD_USER_INPUT' | 'CURSOR_INVALID';
  readonly argument: readonly string[];

  constructor(argument: readonly string[], message: string, code: InputError['code'] = 'BAD_USER_INPUT') {
    super(message);
    this.name = 'InputError';
    this.code = code;
    this.argument = argument;
  }
}
