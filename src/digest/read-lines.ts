import { isUtf8 } from 'node:buffer';
import { Slices } from '../time/slices.ts';

/** One line of a file, without its LF. */
export interface Line {
  /** The line number, from 1. */
  readonly number: number;
  /** The line without LF. If it has a `fault`, only the readable beginning. */
  readonly text: string;
  /** Why the line could not be read; undefined if it could. */
  readonly fault: string | undefined;
  /** False if the file ends within the line. */
  readonly ended: boolean;
}

/** The maximum length of a line and of an entry: 1 MiB. */
export const MAX_ENTRY_BYTES = 1_048_576;

const LF = 0x0a;

/**
 * Splits bytes into lines at LF only, since other separators are text, and decodes each line as UTF-8. Skips
 * a line of more than MAX_ENTRY_BYTES without buffering it. No line follows a final LF. Yields to the event
 * loop regularly, so that a file of a million lines does not block the process.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const pending = new PendingLine();
  const slices = new Slices();
  let number = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      yield { number: ++number, ...pending.end(chunk.subarray(from, at)), ended: true };
      from = at + 1;
      if (slices.isOver) await slices.pause();
    }
    pending.add(chunk.subarray(from));
  }
  if (!pending.empty) yield { number: ++number, ...pending.end(), ended: false };
}

type Text = Pick<Line, 'text' | 'fault'>;

/** Buffers the bytes of an unfinished line, up to the maximum. Copies them, because chunks can be tiny. */
class PendingLine {
  #kept = Buffer.alloc(65_536);
  /** Bytes of the line, whether buffered or not. */
  #bytes = 0;

  get empty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Uint8Array): void {
    const from = Math.min(this.#bytes, MAX_ENTRY_BYTES);
    const to = Math.min((this.#bytes += part.length), MAX_ENTRY_BYTES);
    if (to > this.#kept.length) {
      const larger = Buffer.alloc(Math.min(2 * to, MAX_ENTRY_BYTES));
      this.#kept.copy(larger, 0, 0, from);
      this.#kept = larger;
    }
    this.#kept.set(part.subarray(0, to - from), from);
  }

  /**
   * Returns the line and empties the buffer. `last` is the line's last part; undefined if the file ends
   * within the line.
   */
  end(last?: Uint8Array): Text {
    // Most lines are within one chunk and need no copy.
    if (this.empty && last !== undefined) return readLine(last, last.length);
    this.add(last ?? new Uint8Array());
    const bytes = this.#bytes;
    this.#bytes = 0;
    const line = this.#kept.subarray(0, Math.min(bytes, MAX_ENTRY_BYTES));
    return readLine(last === undefined ? wholeCharacters(line) : line, bytes);
  }
}

/** A truncated file can end within a character. */
function wholeCharacters(line: Uint8Array): Uint8Array {
  const cuts = [0, 1, 2, 3].map((broken) => line.subarray(0, Math.max(0, line.length - broken)));
  return cuts.find((cut) => isUtf8(cut)) ?? line;
}

const HEAD_BYTES = 400;

function readLine(line: Uint8Array, bytes: number): Text {
  const fault =
    bytes > MAX_ENTRY_BYTES
      ? `a line of ${bytes} bytes`
      : isUtf8(line)
        ? undefined
        : 'bytes that are not UTF-8 (is it in another encoding?)';
  return { text: decode(fault === undefined ? line : line.subarray(0, HEAD_BYTES)), fault };
}

/** Decodes UTF-8; invalid bytes become U+FFFD. */
function decode({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('utf8');
}
