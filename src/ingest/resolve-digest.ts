import { Prisma } from '../database/generated/client.ts';
import { detectLanguage } from '../language/detect-language.ts';
import { mergeDigests } from './merge-digests.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from './transaction.ts';

/** What a file says of the digest that it is. */
export interface Claim {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** BCP 47; undefined where nobody named it. */
  readonly language: string | undefined;
}

/**
 * The stored digest that the staged entries belong to, made (at revision 0) where there is none yet. A raw listing has no language;
 * an unnamed language is that of a stored digest with the same ids and TL;DRs, else the one that the AI text
 * (`sample`) is written in; a named one takes over a digest of the same entries whose language was a guess.
 */
export async function resolveDigest(
  tx: Transaction,
  claim: Claim,
  sample: readonly string[],
): Promise<StoredDigest> {
  const sourceId = await findOrCreateSource(tx, claim.source);
  const place = { sourceId, date: claim.date };
  if (!(await hasAiText(tx)))
    return await findOrCreate(tx, { ...place, language: null, languageGuessed: false });
  const twins = await digestsOfTheSameEntries(tx, place);
  if (claim.language !== undefined) {
    const named = { ...place, language: claim.language, languageGuessed: false };
    const digest = await findOrCreate(tx, named);
    const guess = twins.find(({ id, languageGuessed }) => languageGuessed && id !== digest.id);
    if (guess === undefined || !(await haveNoFormInCommon(tx, guess, digest))) return digest;
    const merged = await mergeDigests(tx, guess, digest);
    await rekey(tx, digest.id);
    return merged;
  }
  const twin = twins[0];
  return (
    twin ?? (await findOrCreate(tx, { ...place, language: detectLanguage(sample), languageGuessed: true }))
  );
}

interface Place {
  sourceId: number;
  date: string;
}

async function findOrCreateSource(tx: Transaction, name: string): Promise<number> {
  await tx.execute`insert into source (name) values (${name}) on conflict (name) do nothing`;
  const [source] = await tx.query<{ id: number }>`select id from source where name = ${name}`;
  if (source === undefined) throw new Error(`source ${name} is not where it was just put`);
  return source.id;
}

async function findOrCreate(
  tx: Transaction,
  { sourceId, date, language, languageGuessed }: Place & Pick<StoredDigest, 'language' | 'languageGuessed'>,
): Promise<StoredDigest> {
  // A name given once stays a name, whatever is guessed later.
  const [digest] = await tx.query<StoredDigest>`
    insert into digest (source_id, date, language, language_guessed, revision)
    values (${sourceId}, ${date}::text::date, ${language}, ${languageGuessed}, 0)
    on conflict (source_id, date, language)
      do update set language_guessed = digest.language_guessed and excluded.language_guessed
    returning ${digestColumns}`;
  if (digest === undefined) throw new Error('an upsert gives one row');
  return digest;
}

async function hasAiText(tx: Transaction): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>`
    select exists (select 1 from staged where parts is not null) as found`;
  return row?.found ?? false;
}

/** Digests with a language, of the same source and day, that hold just the ids and TL;DRs staged; named ones first. */
async function digestsOfTheSameEntries(tx: Transaction, place: Place): Promise<StoredDigest[]> {
  const aggregate = Prisma.sql`md5(string_agg(arxiv_id || chr(1) || fingerprint, chr(2)
    order by arxiv_id collate "C", fingerprint collate "C"))`;
  const found = await tx.query<{ id: number }>`
    with candidate as (
      select d.id from digest d
      where d.source_id = ${place.sourceId} and d.date = ${place.date}::text::date and d.language is not null
    ), stored as (
      select c.id, p.arxiv_id, coalesce(tldr.fingerprint, '') as fingerprint
      from candidate c join digest_entry e on e.digest_id = c.id and e.current
      join paper p on p.id = e.paper_id left join summary s on s.entry_id = e.id
      left join lateral (
        select split_part(coalesce(part->>'text', 'None'), E'\\n', 1) as fingerprint
        from jsonb_array_elements(s.parts) part where part->>'label' = 'TL;DR' limit 1
      ) tldr on true
    )
    select id from stored group by id having ${aggregate} = (select ${aggregate} from staged)`;
  return await tx.query<StoredDigest>`
    select ${digestColumns} from digest where id = any(${found.map(({ id }) => id)})
    order by language_guessed, id`;
}

/** Two digests that both came in Markdown, or both in JSONL, are two: a guess that was right twice over stays alone. */
async function haveNoFormInCommon(tx: Transaction, a: StoredDigest, b: StoredDigest): Promise<boolean> {
  const [shared] = await tx.query<{ form: string }>`
    select form from digest_revision where digest_id in (${a.id}, ${b.id})
    group by form having count(distinct digest_id) > 1`;
  return shared === undefined;
}

/** Keys of entries hold their digest's key: they follow it. */
async function rekey(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    update digest_entry e set key = ${entryKey}
    from digest d, source s, paper p
    where e.digest_id = ${digestId} and d.id = e.digest_id and s.id = d.source_id and p.id = e.paper_id`;
}

/** SQL: an entry's key, from the aliases e (digest_entry), d (digest), s (source) and p (paper). */
export const entryKey = Prisma.sql`left(encode(sha256(convert_to(jsonb_build_array(
  s.name, d.date, d.language, p.arxiv_id, e.content_hash, e.twin)::text, 'UTF8')), 'hex'), 40)`;
