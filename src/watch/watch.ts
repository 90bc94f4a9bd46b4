import type pg from 'pg';
import type { Logger } from 'pino';
import type { DigestFile } from '../ingest/digest-file.ts';
import type { PrivateAddresses } from '../ingest/fetch-url.ts';
import { ingestFile } from '../ingest/ingest-file.ts';
import { isUrl } from '../ingest/url-file.ts';
import { watchFolder } from './watch-folder.ts';
import { watchUrl } from './watch-url.ts';

/** What watching needs of the world. */
export interface WatchOptions {
  readonly pool: pg.Pool;
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

/** Tells a source that can be watched: a folder, be it there or not, or an http(s) URL. */
export function isWatchable(source: string): boolean {
  if (isUrl(source)) return URL.canParse(source.replaceAll(/\{(?:date|language)\}/g, 'x'));
  return source !== '' && source !== '-' && !/^[a-z][a-z\d+.-]+:\/\//i.test(source);
}

/**
 * Takes in what a source has and what comes to it, until it is told to stop: a folder, or an http(s) URL that may hold `{date}`
 * (UTC: today and the last seven days) and `{language}`. What goes wrong is logged and tried again.
 */
export async function watch(source: string, options: WatchOptions): Promise<void> {
  const take: Take = async (file, confirm) => await takeIn(file, options, confirm);
  await (isUrl(source) ? watchUrl(source, options, take) : watchFolder(source, options, take));
}

/**
 * Takes a file in; gives false where that is to be tried again. `confirm` is asked before anything is stored, and rejects where
 * nothing should be.
 */
export type Take = (file: DigestFile, confirm?: () => Promise<void>) => Promise<boolean>;

async function takeIn(
  file: DigestFile,
  { pool, now, stop, log }: WatchOptions,
  confirm: () => Promise<void> = async () => {},
): Promise<boolean> {
  try {
    const { problems, status, ...report } = await ingestFile(pool, file, { now, stop, confirm });
    const [problem] = problems;
    const level = status === 'REFUSED' ? 'warn' : status === 'UNCHANGED' ? 'debug' : 'info';
    log[level]({ ...report, status, problems: problems.length, problem }, 'digest watched');
    return true;
  } catch (error) {
    if (!stop.aborted) log.warn({ file: file.location, err: error }, 'digest not taken in, trying again');
    return false;
  }
}
