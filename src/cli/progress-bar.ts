import { Presets, SingleBar } from 'cli-progress';
import type { DigestFile } from '../sources/digest-file.ts';
import type { Progress } from '../ingest/store-digest.ts';

/** Shows the progress of an ingest on one line. */
export interface ProgressBar {
  /**
   * Starts the bar of a file and returns a function that updates it. `place` is the file's number, such as
   * `3/9`.
   */
  start(file: DigestFile, place: string): (progress: Progress) => void;
  /** Clears the line. */
  stop(): void;
}

const HIDDEN: ProgressBar = { start: () => () => {}, stop: () => {} };

/**
 * A bar that fills while a file is read, then shows that it is being stored. Hidden unless the stream is a
 * terminal.
 */
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
        // The size of a stream is unknown, so the total is the number of bytes read so far.
        if (file.size === undefined) started.setTotal(progress.bytes);
        started.update(progress.bytes, { doing: describe(progress, file.size) });
        // The bar redraws only when progress is reported, and storing may take long without a report.
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
