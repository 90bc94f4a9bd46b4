import type { DigestRow, IngestRunRow } from '../reads/lists/rows.ts';

/** A digest to take in, as a caller hands it over. */
export interface DigestToIngest {
  /** Exactly one of the two. */
  readonly document: { readonly text?: string | null | undefined; readonly url?: string | null | undefined };
  readonly source: string;
  readonly fileName?: string | null | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly strict: boolean;
}

/** Takes a digest in and gives the id of the run, a UUID. A digest that is refused is an answer too. */
export type IngestDigest = (digest: DigestToIngest) => Promise<string>;

/** What came of it. */
export interface IngestDigestResult {
  readonly run: IngestRunRow;
  readonly digest: DigestRow | null;
  readonly feedCursor: string;
  readonly clientMutationId: string | null | undefined;
}
