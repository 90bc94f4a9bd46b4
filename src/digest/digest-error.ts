/** A file is not a digest of a known kind. The message is one line: what was expected and what was found. */
export class DigestError extends Error {
  override readonly name = 'DigestError';
  /** The first line that does not fit, from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const LONGEST_QUOTE = 80;

/** Quotes a text for a message: on one line, shortened if it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
