import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DigestFile } from '../digest-file.ts';
import { findFiles } from '../find-files.ts';
import { Hints } from './folder-hints.ts';
import { Sleeper } from '../../time/sleeper.ts';
import type { Take, WatchOptions } from './watch-options.ts';

const POLL_MS = 5_000;
const SETTLE_MS = 2_000;
const GAP_MS = 250;
const LONGEST_WAIT_MS = 300_000;
/** The clocks of file systems differ from ours by less. */
const OLD_MS = 60_000;

/** A file as it looks: another size or time of change is another. */
interface Look {
  readonly stamp: string;
  /** Since when it has looked so, by our clock: that of its file system may be behind. In milliseconds. */
  readonly since: number;
  taken: boolean;
  /** How often it could not be taken, and until when that is not tried again. */
  failures: number;
  notBefore: number;
}

/**
 * Takes in the dated files of a folder, at first all of them, then those that come or change. The folder may be created
 * later, or be removed and come back; its absence is warned of once. Changes are told by the system where it does that, and looked for now and then where it does not.
 */
export async function watchFolder(folder: string, options: WatchOptions, take: Take): Promise<void> {
  const { cwd, stop, pollMs = POLL_MS, settleMs = SETTLE_MS, gapMs = GAP_MS } = options;
  const sleeper = new Sleeper();
  const hints = new Hints(() => sleeper.wake());
  const root = path.resolve(cwd, folder);
  let looks: ReadonlyMap<string, Look> | undefined;
  const warn = warnOnce(folder, options);
  // What a folder skips is told once: looking for it means to open files.
  let toldSkipped = false;
  const tell = (message: string): void => {
    toldSkipped = true;
    options.log.warn({ folder }, message);
  };
  try {
    while (!stop.aborted) {
      const { files, problem } = await filesOf(folder, options, toldSkipped ? undefined : tell);
      toldSkipped ||= files.length > 0;
      warn(problem);
      await hints.watch(
        new Set([root, ...files.map(({ location }) => path.dirname(path.resolve(cwd, location)))]),
      );
      if (files.length > 0) looks = await lookAt(files, looks, options);
      const settling = await takeAll(files, looks, { options, take });
      // However many hints come.
      await new Sleeper().sleep(gapMs, stop);
      await sleeper.sleep(settling ? Math.min(settleMs, pollMs) : pollMs, stop);
    }
  } finally {
    hints.close();
  }
}

/** A folder's digests, or why there are none: it is missing, holds none, or cannot be read now. */
interface Found {
  readonly files: readonly DigestFile[];
  readonly problem?: string;
}

async function filesOf(
  folder: string,
  { cwd, now }: WatchOptions,
  note?: (message: string) => void,
): Promise<Found> {
  try {
    return { files: await findFiles(folder, { cwd, now, stdin: nothing(), ...(note && { note }) }) };
  } catch (error) {
    return { files: [], problem: (error as Error).message };
  }
}

/** Warns when a folder has no digests, once until it has some: a misspelt name would stay unnoticed otherwise. */
function warnOnce(folder: string, { log }: WatchOptions): (problem: string | undefined) => void {
  let warned = false;
  return (problem) => {
    if (problem !== undefined && !warned)
      log.warn({ folder, problem }, 'nothing to watch yet; digests are ingested once they appear');
    warned = problem !== undefined;
  };
}

async function* nothing(): AsyncGenerator<never> {}

/** How files look now. What is known of one stays known while it looks the same; what is known of others is forgotten. */
async function lookAt(
  files: readonly DigestFile[],
  before: ReadonlyMap<string, Look> | undefined,
  { cwd, now }: WatchOptions,
): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>();
  const at = now().getTime();
  for (const { location } of files) {
    const found = await stat(path.resolve(cwd, location)).catch(() => undefined);
    if (found === undefined) continue;
    const stamp = stampOf(found);
    const known = before?.get(location);
    // What was there long before the first look has no need to wait.
    const isOld = before === undefined && at - found.mtimeMs >= OLD_MS;
    const fresh = { stamp, since: isOld ? found.mtimeMs : at, taken: false, failures: 0, notBefore: 0 };
    looks.set(location, known?.stamp === stamp ? known : fresh);
  }
  return looks;
}

function stampOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

interface Taking {
  readonly options: WatchOptions;
  readonly take: Take;
}

/** Takes in what has settled and is new; tells whether some has still to settle. */
async function takeAll(
  files: readonly DigestFile[],
  looks: ReadonlyMap<string, Look> | undefined,
  taking: Taking,
): Promise<boolean> {
  const { stop, now, settleMs = SETTLE_MS } = taking.options;
  let settling = false;
  for (const file of files) {
    const look = looks?.get(file.location);
    if (look === undefined || look.taken || stop.aborted) continue;
    const at = now().getTime();
    if (at - look.since < settleMs) settling = true;
    else if (at >= look.notBefore) await takeOne(file, look, taking);
  }
  return settling;
}

async function takeOne(file: DigestFile, look: Look, { options, take }: Taking): Promise<void> {
  const { cwd, now, pollMs = POLL_MS } = options;
  const confirm = async (): Promise<void> => {
    if (stampOf(await stat(path.resolve(cwd, file.location))) !== look.stamp)
      throw new Error(`${file.location}: has changed while it was read`);
  };
  look.taken = await take({ ...file, open: () => readable(file) }, confirm);
  if (look.taken) return;
  look.failures += 1;
  look.notBefore = now().getTime() + Math.min(LONGEST_WAIT_MS, pollMs * 2 ** look.failures);
}

/** A digest that is refused is done with. A file that cannot be read is not: it fails with an error of another kind. */
async function* readable(file: DigestFile): AsyncGenerator<Uint8Array> {
  try {
    yield* file.open();
  } catch (error) {
    throw new Error('the file cannot be read now', { cause: error });
  }
}
