/** Id of a parent: a UUID for ingest runs, a number for all other types. */
export type ParentId = number | string;

/** The rows of each parent, in the order of `parents`: an empty array for a parent without rows. */
export function rowsByParent<Row extends { readonly parent: ParentId }>(
  parents: readonly ParentId[],
  rows: readonly Row[],
): Row[][] {
  const groups = new Map<ParentId, Row[]>();
  for (const row of rows) remember(groups, row.parent, () => []).push(row);
  return parents.map((parent) => groups.get(parent) ?? []);
}

/** The value of `key`, made and stored on first use. */
function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
