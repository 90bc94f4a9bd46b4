import { Presets, SingleBar } from 'cli-progress';
import type { DigestFile } from '../ingest/digest-file.ts';

type Progress = (progress: { bytes: number; entries: number }) => void;

/** A bar that shows how far a file has been read; on anything but a terminal it shows nothing. */
export function progressBar(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  wanted: boolean,
): { start(file: DigestFile): Progress; stop(): void } {
  if (stream.isTTY !== true || !wanted) return { start: () => () => {}, stop: () => {} };
  let bar: SingleBar | undefined;
  return {
    start: (file) => {
      bar = new SingleBar(
        { stream, clearOnComplete: true, format: '{bar} {percentage} % {entries} entries {file}' },
        Presets.rect,
      );
      const started = bar;
      started.start(file.size ?? 0, 0, { entries: 0, file: file.location });
      return ({ bytes, entries }) => {
        // A stream of unknown size is as long as what has come of it.
        if (file.size === undefined) started.setTotal(bytes);
        started.update(bytes, entries === 0 ? {} : { entries });
      };
    },
    stop: () => bar?.stop(),
  };
}
