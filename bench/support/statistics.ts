/** The median; the upper one of an even number of values. Throws if there is none. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new Error('expected at least one value');
  return middle;
}

/** Bytes as mebibytes. */
export function mebibytes(bytes: number, digits = 0): string {
  return (bytes / 2 ** 20).toFixed(digits);
}
