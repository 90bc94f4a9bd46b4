import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BackOff } from '../../time/back-off.ts';
import { sleep } from '../../time/sleep.ts';
import { Sleeper } from '../../time/sleeper.ts';
import type { DigestFile } from '../digest-file.ts';
import { findFiles } from '../find-files.ts';
import { FolderHints } from './folder-hints.ts';
import type { WatchOptions } from './watch-options.ts';

const POLL_MS = 5_000;
const SETTLE_MS = 2_000;
const GAP_MS = 250;
const LONGEST_WAIT_MS = 300_000;
/** Larger than any difference between the clock of a file system and ours. */
const OLD_MS = 60_000;

/** The state of one version of a file. */
interface FileState {
  /** Differs between versions of the file. */
  readonly stamp: string;
  /**
   * When this version was first seen, by our clock, because the clock of a network file system may differ.
   */
  readonly since: number;
  taken: boolean;
  /** The earliest time for the next attempt, in milliseconds of our clock. */
  notBefore: number;
  readonly backOff: BackOff;
}

/**
 * Hands over the dated files of a folder, at first all of them, then new and changed ones. The folder may be
 * created later, or be removed and created again. Changes are noticed at once where the system reports them,
 * else by polling.
 */
export async function watchFolder(folder: string, options: WatchOptions): Promise<void> {
  const { cwd, stop, pollMs = POLL_MS, settleMs = SETTLE_MS, gapMs = GAP_MS } = options;
  const sleeper = new Sleeper();
  const hints = new FolderHints(() => sleeper.wake());
  const scan = createScan(folder, options);
  let states: ReadonlyMap<string, FileState> | undefined;
  try {
    while (!stop.aborted) {
      const files = await scan();
      const folders = files.map(({ location }) => path.dirname(path.resolve(cwd, location)));
      await hints.watch(new Set([path.resolve(cwd, folder), ...folders]));
      // An unreadable folder may come back: what is known about its files is kept.
      if (files.length > 0) states = await updateStates(files, states, options);
      const settling = await takeAll(files, states, options);
      // However many hints arrive, the folder is not scanned more often.
      await sleep(gapMs, stop);
      await sleeper.sleep(settling ? Math.min(settleMs, pollMs) : pollMs, stop);
    }
  } finally {
    hints.close();
  }
}

/**
 * Returns a function that lists the digests of the folder. It warns once while there are none, and once of
 * skipped files.
 */
function createScan(folder: string, { cwd, now, log }: WatchOptions): () => Promise<DigestFile[]> {
  let warned = false;
  let reportedSkipped = false;
  const note = (message: string): void => {
    reportedSkipped = true;
    log.warn({ folder }, message);
  };
  return async () => {
    try {
      // To find skipped digests, files must be opened: only the first scan does so.
      const files = await findFiles(folder, {
        cwd,
        now,
        stdin: nothing(),
        ...(!reportedSkipped && { note }),
      });
      reportedSkipped = true;
      warned = false;
      return files;
    } catch (error) {
      const problem = (error as Error).message;
      // A misspelled name would otherwise go unnoticed.
      if (!warned)
        log.warn({ folder, problem }, 'nothing to watch yet; digests are ingested once they appear');
      warned = true;
      return [];
    }
  };
}

async function* nothing(): AsyncGenerator<never> {}

/** Keeps the states of files that have not changed, and drops those of files that are gone. */
async function updateStates(
  files: readonly DigestFile[],
  before: ReadonlyMap<string, FileState> | undefined,
  { cwd, now, pollMs = POLL_MS }: WatchOptions,
): Promise<Map<string, FileState>> {
  const states = new Map<string, FileState>();
  const at = now().getTime();
  for (const { location } of files) {
    const found = await stat(path.resolve(cwd, location)).catch(() => undefined);
    if (found === undefined) continue;
    const stamp = stampOf(found);
    const known = before?.get(location);
    // Files that are old at the first scan need not settle.
    const isOld = before === undefined && at - found.mtimeMs >= OLD_MS;
    const backOff = new BackOff({ firstMs: 2 * pollMs, mostMs: LONGEST_WAIT_MS, spread: 0 });
    const fresh = { stamp, since: isOld ? found.mtimeMs : at, taken: false, notBefore: 0, backOff };
    states.set(location, known?.stamp === stamp ? known : fresh);
  }
  return states;
}

function stampOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** Hands over all files that are new and settled. Returns whether some have yet to settle. */
async function takeAll(
  files: readonly DigestFile[],
  states: ReadonlyMap<string, FileState> | undefined,
  options: WatchOptions,
): Promise<boolean> {
  const { stop, now, settleMs = SETTLE_MS } = options;
  let settling = false;
  for (const file of files) {
    const state = states?.get(file.location);
    if (state === undefined || state.taken || stop.aborted) continue;
    const at = now().getTime();
    if (at - state.since < settleMs) settling = true;
    else if (at >= state.notBefore) await takeOne(file, state, options);
  }
  return settling;
}

async function takeOne(file: DigestFile, state: FileState, { cwd, now, take }: WatchOptions): Promise<void> {
  const confirm = async (): Promise<void> => {
    if (stampOf(await stat(path.resolve(cwd, file.location))) !== state.stamp)
      throw new Error(`${file.location}: has changed while it was read`);
  };
  state.taken = await take({ ...file, open: () => readable(file) }, confirm);
  if (!state.taken) state.notBefore = now().getTime() + state.backOff.next();
}

/** Turns read errors into errors that are retried: a SourceError would count as a refusal, which is final. */
async function* readable(file: DigestFile): AsyncGenerator<Uint8Array> {
  try {
    yield* file.open();
  } catch (error) {
    throw new Error('the file cannot be read now', { cause: error });
  }
}
