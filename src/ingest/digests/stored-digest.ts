import { sql } from '../../database/sql.ts';
import type { Digest } from '../../database/generated/client.ts';

/** The columns of a digest that an ingest reads. */
export type StoredDigest = Pick<Digest, 'id' | 'language' | 'languageGuessed' | 'revision'>;

/** SQL: the columns of StoredDigest, from `digest`. */
export const digestColumns = sql.raw(`id, language, language_guessed as "languageGuessed", revision`);
