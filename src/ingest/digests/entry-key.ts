import { sql } from '../../database/sql.ts';

/**
 * SQL: an entry's key, from the aliases e (digest_entry), d (digest), s (source) and p (paper). It hashes
 * the digest's natural key and the entry's content, so that the same entry has the same key in every store.
 */
export const entryKey = sql`left(encode(sha256(convert_to(jsonb_build_array(
  s.name, d.date, d.language, p.arxiv_id, e.content_hash, e.twin)::text, 'UTF8')), 'hex'), 40)`;
