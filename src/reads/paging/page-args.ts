import { InputError } from '../../errors/input-error.ts';

/** Arguments of a connection field, as Relay names them. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Number of rows of a page, and the end of the list from which they are counted. */
export interface PageSize {
  readonly limit: number;
  readonly backward: boolean;
}

/** Items of a page unless `first` or `last` says otherwise. */
export const DEFAULT_SIZE = 20;
/** Most items of a page. */
export const MAX_SIZE = 100;

/**
 * Reads `first` and `last`; 20 from the start by default. Throws InputError for both, and outside 0 to 100.
 */
export function pageSize({ first, last }: PageArgs): PageSize {
  const [forward, backward] = [first ?? undefined, last ?? undefined];
  if (forward !== undefined && backward !== undefined)
    throw new InputError(['first'], 'expected first or last, got both');
  if (backward !== undefined) return { limit: checkSize(backward, ['last']), backward: true };
  return { limit: checkSize(forward ?? DEFAULT_SIZE, ['first']), backward: false };
}

/** Returns the requested size of a list. Throws InputError, naming `argument`, outside 0 to 100. */
export function checkSize(size: number, argument: readonly string[]): number {
  if (size >= 0 && size <= MAX_SIZE) return size;
  throw new InputError(argument, `${argument.at(-1)}: expected 0 to ${MAX_SIZE}, got ${size}`);
}
