import type { PostedDigest } from '../digest/posted-digest.ts';
import type { DigestRow, IngestRunRow } from '../reads/lists/rows.ts';

/**
 * Ingests a posted digest and returns the id of the run, a UUID. A refused digest is a result, not an
 * error. The schema knows only this function, because the room `graphql` must not import `ingest`.
 */
export type IngestDigest = (digest: PostedDigest) => Promise<string>;

/** The payload of `ingestDigest`. */
export interface IngestDigestResult {
  readonly run: IngestRunRow;
  readonly digest: DigestRow | null;
  readonly feedCursor: string;
  readonly clientMutationId: string | null | undefined;
}
