import { watch as watchChanges, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DigestFile } from '../ingest/digest-file.ts';
import { findFiles } from '../ingest/find-files.ts';
import { Sleeper } from './sleep.ts';
import type { Take, WatchOptions } from './watch.ts';

const POLL_MS = 5_000;
const SETTLE_MS = 2_000;

/** How a file looked: another size or time of change is another file. */
interface Look {
  readonly stamp: string;
  /** Since when it has looked so, in milliseconds. */
  readonly since: number;
}

/**
 * Takes in the dated files of a folder, at first all of them, then those that come or change. The folder may come later, and
 * go and come back. Changes are told by the system where it does that, and looked for now and then where it does not.
 */
export async function watchFolder(folder: string, options: WatchOptions, take: Take): Promise<void> {
  const { cwd, stop, pollMs = POLL_MS, settleMs = SETTLE_MS } = options;
  const sleeper = new Sleeper();
  const hint = new Hint(path.resolve(cwd, folder), () => sleeper.wake());
  const looks = new Map<string, Look>();
  const taken = new Map<string, string>();
  try {
    while (!stop.aborted) {
      hint.renew();
      const files = await filesOf(folder, options);
      const settling = await lookAt(files, looks, options);
      const fresh = settling.settled.filter(({ file, stamp }) => taken.get(file.location) !== stamp);
      await takeAll(fresh, taken, { stop, take });
      await sleeper.sleep(settling.some ? Math.min(settleMs, pollMs) : pollMs, stop);
    }
  } finally {
    hint.close();
  }
}

async function takeAll(
  files: Settling['settled'],
  taken: Map<string, string>,
  { stop, take }: { stop: AbortSignal; take: Take },
): Promise<void> {
  for (const { file, stamp } of files)
    if (!stop.aborted && (await take(file))) taken.set(file.location, stamp);
}

/** None where the folder is not there, or holds none, or changes as it is read. */
async function filesOf(folder: string, { cwd, now, log }: WatchOptions): Promise<DigestFile[]> {
  try {
    return await findFiles(folder, { cwd, now, stdin: nothing() });
  } catch (error) {
    log.debug({ folder, err: error }, 'no digests in the folder');
    return [];
  }
}

async function* nothing(): AsyncGenerator<never> {}

interface Settling {
  readonly settled: readonly { readonly file: DigestFile; readonly stamp: string }[];
  /** Some are not yet. */
  readonly some: boolean;
}

/** Tells which files have settled: have been as they are for a while, by the clock of their file system or by ours. */
async function lookAt(
  files: readonly DigestFile[],
  looks: Map<string, Look>,
  { cwd, now, settleMs = SETTLE_MS }: WatchOptions,
): Promise<Settling> {
  const settled: { file: DigestFile; stamp: string }[] = [];
  let some = false;
  for (const file of files) {
    const found = await stat(path.resolve(cwd, file.location)).catch(() => undefined);
    if (found === undefined) continue;
    const stamp = `${found.size} ${found.mtimeMs} ${found.ino}`;
    const known = looks.get(file.location);
    const look = known?.stamp === stamp ? known : { stamp, since: now().getTime() };
    looks.set(file.location, look);
    const age = now().getTime() - Math.min(look.since, found.mtimeMs);
    if (age >= settleMs) settled.push({ file, stamp });
    else some = true;
  }
  return { settled, some };
}

/** Tells of changes where the system does; it may miss any of them. */
class Hint {
  readonly #folder: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | undefined;

  constructor(folder: string, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /** Begins anew where it has ended, or never could begin. */
  renew(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watchChanges(this.#folder, { recursive: true }, this.#onChange);
      this.#watcher.on('error', () => this.close());
    } catch {
      // The folder is not there, or the system has no more watchers: looking now and then is enough.
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
