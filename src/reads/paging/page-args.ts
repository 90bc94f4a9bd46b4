import { InputError } from '../../errors/input-error.ts';

/** A page as a caller asks for it. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** How many rows, and from which end of the list. */
export interface PageSize {
  readonly limit: number;
  readonly backward: boolean;
}

const DEFAULT = 20;
/** Rows of a page at most. */
export const MOST = 100;

/** Checks how many rows are asked for: 20 from the start by default. Throws InputError for both ends and for more than 100. */
export function pageSize({ first, last }: PageArgs): PageSize {
  const [forward, backward] = [first ?? undefined, last ?? undefined];
  if (forward !== undefined && backward !== undefined)
    throw new InputError(['first'], 'expected first or last, got both');
  if (backward !== undefined) return { limit: inRange('last', backward), backward: true };
  return { limit: inRange('first', forward ?? DEFAULT), backward: false };
}

function inRange(argument: string, size: number): number {
  if (size >= 0 && size <= MOST) return size;
  throw new InputError([argument], `${argument}: expected 0 to ${MOST}, got ${size}`);
}
