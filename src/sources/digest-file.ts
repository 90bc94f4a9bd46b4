/** A file to ingest, wherever it comes from. */
export interface DigestFile {
  /** File name or URL for records: without folders, credentials or query. */
  readonly origin: string;
  /** The file for messages, as the user would write it. */
  readonly location: string;
  /** The name from which date and language are read; undefined for standard input. */
  readonly fileName: string | undefined;
  /** The source (publisher) that the location suggests; undefined if it suggests none. */
  readonly source: string | undefined;
  /**
   * The day to use if the name has none, YYYY-MM-DD in UTC, and a description of that day for the warning.
   */
  readonly fallbackDate: () => Promise<{ date: string; what: string }>;
  /** Size in bytes before unpacking; undefined if unknown. */
  readonly size: number | undefined;
  /** Limit in bytes for the unpacked file; unlimited by default. */
  readonly maxBytes?: number;
  /** Whether the file can be opened only once, such as standard input. */
  readonly once: boolean;
  /** Reads the bytes from the start. Iterating rejects with SourceError if they cannot be read. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A source cannot be read. The message is one line that says which source and why. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
