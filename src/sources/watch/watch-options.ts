import type { Pool } from '../../database/store-pool.ts';
import type { Logger } from 'pino';
import type { DigestFile } from '../digest-file.ts';
import type { PrivateAddresses } from '../fetch-url.ts';

/** What watching needs of the world. */
export interface WatchOptions {
  readonly pool: Pool;
  /** The folder that relative names start from. */
  readonly cwd: string;
  readonly now: () => Date;
  /** Aborted when watching is to end. */
  readonly stop: AbortSignal;
  readonly log: Logger;
  readonly allowPrivate: PrivateAddresses;
  /** Between two looks, in milliseconds: 5,000 for a folder, 600,000 for a URL. */
  readonly pollMs?: number;
  /** A file that is as it was for so long is not being written any more, in milliseconds (2,000). */
  readonly settleMs?: number;
  /** Between two requests, or however many hints come two looks, in milliseconds: 1,000 and 250. */
  readonly gapMs?: number;
}

/**
 * Takes a file in; gives false where that is to be tried again. `confirm` is asked before anything is stored, and rejects where
 * nothing should be.
 */
export type Take = (file: DigestFile, confirm?: () => Promise<void>) => Promise<boolean>;
