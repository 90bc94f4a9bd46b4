/** One file to take in, wherever it lies. */
export interface DigestFile {
  /** File name or URL for messages and records: without folders, credentials or query. */
  readonly origin: string;
  /** Where it lies, as the user would name it in a message. */
  readonly location: string;
  /** The name that may tell date and language; undefined for standard input. */
  readonly fileName: string | undefined;
  /** The publisher as the location tells it; undefined where it does not. */
  readonly source: string | undefined;
  /** The day that stands in where no name tells one, YYYY-MM-DD (UTC), and what it is for the warning. */
  readonly fallbackDate: () => Promise<{ date: string; what: string }>;
  /** Size in bytes, packed where the file is, where known. */
  readonly size: number | undefined;
  /** The most bytes that a packed file may unpack to. No limit where absent. */
  readonly maxBytes?: number;
  /** Can be opened only once, such as standard input. */
  readonly once: boolean;
  /** The bytes, from the start. Rejects with SourceError where they cannot be had. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A source that cannot be read at all; the message says which and why. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
