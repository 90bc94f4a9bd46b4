/** What a value takes beside its text, in characters. */
const EACH = 8;

/** The size of plain data in memory, in characters: an estimate. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return EACH + value.length;
  if (typeof value !== 'object' || value === null) return EACH;
  let size = EACH;
  for (const each of Object.values(value)) size += sizeOf(each);
  return size;
}
