import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Names of possible digests. Other files in the same folder, such as those of a database, may change all the
 * time.
 */
const DIGEST = /\.(?:md|jsonl|txt)(?:\.gz)?$/i;

interface WatchedFolder {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/**
 * Calls back when digests appear or change in folders. Only a hint: the system may miss any change, or report
 * none at all.
 */
export class FolderHints {
  readonly #onHint: () => void;
  readonly #watched = new Map<string, WatchedFolder>();

  constructor(onHint: () => void) {
    this.#onHint = onHint;
  }

  /** Watches exactly these folders, given by absolute names, without their subfolders. */
  async watch(folders: ReadonlySet<string>): Promise<void> {
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#end(folder);
    for (const folder of folders) {
      const identity = await identityOf(folder);
      // A watcher stays with its folder, even if that was removed and another folder has its name now.
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
      // The folder is gone, or the system has no more watchers: polling is enough.
    }
  }

  #end(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

/** Distinguishes a folder from earlier ones of the same name; undefined if it does not exist. */
async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.birthtimeMs}`;
}
