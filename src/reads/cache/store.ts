import type { RunStatement } from '../../database/statements.ts';
import type { ReadCache } from './read-cache.ts';

/** What reads need: the store, and what is known of one version of it. */
export interface Store {
  readonly run: RunStatement;
  readonly cache: ReadCache;
}
