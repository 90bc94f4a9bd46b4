/** What a caller asked for cannot be: `argument` is the path of the argument, such as `["filter", "categories"]`. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  readonly argument: readonly string[];

  constructor(argument: readonly string[], message: string) {
    super(message);
    this.argument = argument;
  }
}

/** A cursor that was not made by this list. */
export class CursorError extends InputError {
  override readonly name = 'CursorError';
}
