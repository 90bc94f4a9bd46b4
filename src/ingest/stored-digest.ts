import { sql } from '../database/sql.ts';
import type { Digest } from '../database/generated/client.ts';

/** What an ingest needs to know of a digest in the store. */
export type StoredDigest = Pick<Digest, 'id' | 'language' | 'languageGuessed' | 'revision'>;

/** Columns of StoredDigest, from `digest`. */
export const digestColumns = sql.raw(`id, language, language_guessed as "languageGuessed", revision`);
