import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What a digest may be called. A database's files, say, may lie in the same folder and change all the time. */
const DIGEST = /\.(?:md|jsonl|txt)(?:\.gz)?$/i;

interface Watched {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/** Tells of digests that come to folders or change in them, where the system does; it may miss any of them. */
export class Hints {
  readonly #onHint: () => void;
  readonly #watched = new Map<string, Watched>();

  constructor(onHint: () => void) {
    this.#onHint = onHint;
  }

  /** From now on watches these folders, by absolute names, and no others; not what is below them. */
  async watch(folders: ReadonlySet<string>): Promise<void> {
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#end(folder);
    for (const folder of folders) {
      const identity = await identityOf(folder);
      // Of a folder that was removed its watcher says nothing more, also when one of the same name comes.
      if (this.#watched.get(folder)?.identity === identity) continue;
      this.#end(folder);
      if (identity !== undefined) this.#begin(folder, identity);
    }
  }

  close(): void {
    for (const folder of this.#watched.keys()) this.#end(folder);
  }

  #begin(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || DIGEST.test(name)) this.#onHint();
      });
      watcher.on('error', () => this.#end(folder));
      this.#watched.set(folder, { identity, watcher });
    } catch {
      // It is gone, or the system has no more watchers: looking now and then is enough.
    }
  }

  #end(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

/** Tells a folder from others that have had its name; undefined where it is not there. */
async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.birthtimeMs}`;
}
