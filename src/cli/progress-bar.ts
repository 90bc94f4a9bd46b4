import { Presets, SingleBar } from 'cli-progress';
import type { DigestFile } from '../sources/digest-file.ts';
import type { Progress } from '../ingest/ingest-file.ts';

/** Shows on one line what an ingest is doing. */
export interface ProgressBar {
  /** Begins a file; the result is told how far it is. `place` says which of all the files it is, such as `3/9`. */
  start(file: DigestFile, place: string): (progress: Progress) => void;
  /** Clears the line. */
  stop(): void;
}

const HIDDEN: ProgressBar = { start: () => () => {}, stop: () => {} };

/** A bar that fills while a file is read, then says that it is being stored; hidden on anything but a terminal. */
export function progressBar(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  wanted: boolean,
): ProgressBar {
  if (stream.isTTY !== true || !wanted) return HIDDEN;
  let bar: SingleBar | undefined;
  return {
    start: (file, place) => {
      const started = new SingleBar(
        { stream, clearOnComplete: true, format: '{place} {bar} {doing} {file}' },
        Presets.rect,
      );
      bar = started;
      started.start(file.size ?? 0, 0, { place, doing: 'reading', file: file.location });
      return (progress) => {
        // The total of a stream of unknown size is what has arrived.
        if (file.size === undefined) started.setTotal(progress.bytes);
        started.update(progress.bytes, { doing: describe(progress, file.size) });
        // Storing may take long without another report: show it now.
        if (progress.storing) started.render();
      };
    },
    stop: () => bar?.stop(),
  };
}

function describe({ bytes, entries, storing }: Progress, size: number | undefined): string {
  if (storing) return `storing ${entries} entries`;
  const read = size === undefined ? `${Math.ceil(bytes / 1024)} KB` : `${percent(bytes, size)} %`;
  return `reading ${read}${entries === 0 ? '' : `, ${entries} entries`}`;
}

function percent(bytes: number, size: number): number {
  return size === 0 ? 100 : Math.min(100, Math.floor((100 * bytes) / size));
}
