import DataLoader from 'dataloader';
import { DeadlineError } from '../database/statements.ts';

/**
 * Loads values that an answer can do without: if a batch exceeds its deadline, each of its values is null.
 */
export function optionalLoader<Key, Value>(
  read: (keys: readonly Key[]) => Promise<readonly Value[]>,
): DataLoader<Key, Value | null> {
  return new DataLoader(async (keys) => {
    try {
      return await read(keys);
    } catch (error) {
      if (error instanceof DeadlineError) return keys.map(() => null);
      throw error;
    }
  });
}
