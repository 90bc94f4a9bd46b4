import type { Logger } from 'pino';
import type { DigestFile } from '../digest-file.ts';
import type { PrivateAddresses } from '../fetch-url.ts';

/**
 * Called with every new or changed file. Resolves with false if the file should be handed over again later.
 * `confirm` must be called after the file has been read and before anything is stored: it rejects if the file
 * has changed meanwhile.
 */
export type Take = (file: DigestFile, confirm?: () => Promise<void>) => Promise<boolean>;

/** How to watch a source. Durations are in milliseconds. */
export interface WatchOptions {
  readonly take: Take;
  /** The folder that relative names start from. */
  readonly cwd: string;
  readonly now: () => Date;
  /** Ends watching once it is aborted. */
  readonly stop: AbortSignal;
  readonly log: Logger;
  readonly allowPrivate: PrivateAddresses;
  /** Between two polls: 5,000 by default for a folder, 600,000 for a URL. */
  readonly pollMs?: number;
  /** A file counts as completely written once it has not changed for this time; 2,000 by default. */
  readonly settleMs?: number;
  /**
   * Shortest time between two requests (1,000 by default), or between two scans of a folder (250 by default).
   */
  readonly gapMs?: number;
}
