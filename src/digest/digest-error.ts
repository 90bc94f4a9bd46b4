/** A file that is no digest of a known kind. The message is one line that says what was expected and what came. */
export class DigestError extends Error {
  override readonly name = 'DigestError';
  /** The first line that did not fit, from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const LONGEST_QUOTE = 80;

/** Text in quotes for a message: on one line, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
