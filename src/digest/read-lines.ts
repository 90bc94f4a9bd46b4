/** One line of a file, without its LF. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Empty where the line has a `fault`. */
  readonly text: string;
  /** Why the line could not be read; undefined where it could. */
  readonly fault: string | undefined;
}

/** The longest line, and the longest entry, that is read: 1 MiB. */
export const MAX_ENTRY_BYTES = 1_048_576;

const LF = 0x0a;

/**
 * Splits bytes into lines at LF alone (other separators are text) and reads each as UTF-8. A longer line than
 * MAX_ENTRY_BYTES is passed over without being kept; no line follows a final LF.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const pending = new PendingLine();
  let number = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      pending.add(chunk.subarray(from, at));
      yield pending.take(++number);
      from = at + 1;
    }
    pending.add(chunk.subarray(from));
  }
  if (!pending.empty) yield pending.take(++number);
}

/** The bytes of a line that has not ended yet, no more of them than a line may have. */
class PendingLine {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #bytes = 0;

  get empty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > MAX_ENTRY_BYTES) this.#parts = [];
    else this.#parts.push(part);
  }

  take(number: number): Line {
    const [parts, bytes] = [this.#parts, this.#bytes];
    [this.#parts, this.#bytes] = [[], 0];
    if (bytes > MAX_ENTRY_BYTES) return { number, text: '', fault: `a line of ${bytes} bytes` };
    const [only] = parts;
    try {
      return {
        number,
        text: this.#decoder.decode(parts.length === 1 ? only : Buffer.concat(parts)),
        fault: undefined,
      };
    } catch {
      return { number, text: '', fault: 'bytes that are not UTF-8 (is it in another encoding?)' };
    }
  }
}
