import { isUtf8 } from 'node:buffer';
import { Slices } from '../time/slices.ts';

/** One line of a file, without its LF. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Only the line's beginning, as far as it can be read, where the line has a `fault`. */
  readonly text: string;
  /** Why the line could not be read; undefined where it could. */
  readonly fault: string | undefined;
  /** False where the file ended before the line did. */
  readonly ended: boolean;
}

/** The longest line, and the longest entry, that is read: 1 MiB. */
export const MAX_ENTRY_BYTES = 1_048_576;

const LF = 0x0a;

/**
 * Splits bytes into lines at LF alone (other separators are text) and reads each as UTF-8. A longer line than
 * MAX_ENTRY_BYTES is passed over without being kept; no line follows a final LF. What the caller does with the lines and the
 * reading itself are done in slices: a file of a million lines leaves turns of the event loop to others.
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

/** The bytes of a line that has not ended yet: copied, as chunks can be tiny, and no more than a line may have. */
class PendingLine {
  #kept = Buffer.alloc(65_536);
  /** Of the line, kept or not. */
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

  /** The line, with its last part, which is none where the file ends within the line; then empty. */
  end(part?: Uint8Array): Text {
    if (this.empty && part !== undefined) return readLine(part, part.length);
    this.add(part ?? new Uint8Array());
    const bytes = this.#bytes;
    this.#bytes = 0;
    const line = this.#kept.subarray(0, Math.min(bytes, MAX_ENTRY_BYTES));
    return readLine(part === undefined ? wholeCharacters(line) : line, bytes);
  }
}

/** A file that was cut can end within a character. */
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

/** What is not UTF-8 becomes U+FFFD. */
function decode({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('utf8');
}
