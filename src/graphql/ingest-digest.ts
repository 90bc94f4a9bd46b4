import type { DigestRow, IngestRunRow } from '../reads/lists/rows.ts';

/** A digest to ingest, as `ingestDigest` receives it. */
export interface DigestToIngest {
  /** Exactly one of the two is set. */
  readonly document: { readonly text?: string | null | undefined; readonly url?: string | null | undefined };
  readonly source: string;
  readonly fileName?: string | null | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | null | undefined;
  readonly language?: string | null | undefined;
  /** Store nothing if any entry is rejected. */
  readonly strict: boolean;
}

/**
 * Ingests a posted digest and returns the id of the run, a UUID. A refused digest is a result, not an
 * error. The schema knows only this function, because the room `graphql` must not import `ingest`.
 */
export type IngestDigest = (digest: DigestToIngest) => Promise<string>;

/** The payload of `ingestDigest`. */
export interface IngestDigestResult {
  readonly run: IngestRunRow;
  readonly digest: DigestRow | null;
  readonly feedCursor: string;
  readonly clientMutationId: string | null | undefined;
}
