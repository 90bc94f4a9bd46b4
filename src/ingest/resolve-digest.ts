import { sql } from '../database/sql.ts';
import type { DigestForm } from '../digest/digest.ts';
import { stemOf } from '../digest/file-name.ts';
import type { Claim } from './claim.ts';
import { SourceError } from '../sources/digest-file.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../database/transaction.ts';

/** What else of a file tells which digest it is. */
interface Traits {
  readonly form: DigestForm;
  /** Of its bytes, unpacked, in hex. */
  readonly sha256: string;
  /** The language that its AI text is written in; `und` where that cannot be told. */
  readonly writtenIn: string;
}

/** The stored digest that a file is of. */
export interface Resolved {
  readonly digest: StoredDigest;
  /** Others that turn out to be the same digest: their languages were guesses. */
  readonly guesses: readonly StoredDigest[];
  /** The language that the file's AI text is written in; null where it has none. */
  readonly writtenIn: string | null;
}

/**
 * The stored digest that the staged entries belong to, made (at revision 0) where there is none yet. Without AI text it is the
 * file name's language, else a raw listing, which has none. With AI text it is the language that somebody named, else that of a
 * stored digest with the same ids and TL;DRs, else that of the digest that a file of this name made before, else the one that the
 * text is written in. Rejects with SourceError where the day is a guess and another file made the digest.
 */
export async function resolveDigest(tx: Transaction, claim: Claim, traits: Traits): Promise<Resolved> {
  const place = { sourceId: await findOrCreateSource(tx, claim.source), date: claim.date };
  const withText = await hasAiText(tx);
  const twins = withText || claim.enhanced ? await digestsOfTheSameEntries(tx, place) : [];
  if (!withText) {
    const language = claim.enhanced ? (claim.language ?? 'und') : null;
    const digest = await findOrCreate(tx, { ...place, language, languageGuessed: false });
    await refuseGuessedDay(tx, claim, { digest, ...traits });
    // Markdown prints AI text that is not there as empty text.
    const blank = guessesOf(digest, twins).filter((twin) => twin.language === 'und');
    return { digest, guesses: await mergeable(tx, digest, blank), writtenIn: null };
  }
  const own = await digestsOfTheSameName(tx, place, { claim, ...traits });
  const digest = await withAiText(tx, { place, named: claim.language, twins, own, ...traits });
  const isTwin = twins.some(({ id }) => id === digest.id);
  if (!isTwin) await refuseGuessedDay(tx, claim, { digest, ...traits });
  const republished = await mergeable(tx, digest, guessesOf(digest, own), traits.form);
  const ofTwins = claim.language === undefined ? [] : guessesOf(digest, twins);
  const others = ofTwins.filter(({ id }) => !own.some((each) => each.id === id));
  const guesses = [...republished, ...(await mergeable(tx, digest, others))];
  return { digest, guesses, writtenIn: traits.writtenIn };
}

interface Candidates {
  readonly place: Place;
  readonly named: string | undefined;
  readonly twins: readonly StoredDigest[];
  readonly own: readonly StoredDigest[];
  readonly writtenIn: string;
}

async function withAiText(
  tx: Transaction,
  { place, named, twins, own, writtenIn }: Candidates,
): Promise<StoredDigest> {
  if (named !== undefined)
    return await findOrCreate(tx, { ...place, language: named, languageGuessed: false });
  // A guess that told nothing gives way to a better one.
  const known = own.find(
    ({ language, languageGuessed }) => !languageGuessed || language !== 'und' || writtenIn === 'und',
  );
  return (
    twins[0] ?? known ?? (await findOrCreate(tx, { ...place, language: writtenIn, languageGuessed: true }))
  );
}

/** Those of the digests that are another than this one and whose language was a guess. */
function guessesOf(digest: StoredDigest, digests: readonly StoredDigest[]): StoredDigest[] {
  return digests.filter(({ id, languageGuessed }) => languageGuessed && id !== digest.id);
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
  const aggregate = sql`md5(string_agg(arxiv_id || chr(1) || fingerprint, chr(2)
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

/**
 * Digests with a language, of the same source and day, whose latest file of this form had this file's name, and was not surely
 * written in another language; the latest first.
 */
async function digestsOfTheSameName(
  tx: Transaction,
  { sourceId, date }: Place,
  { claim, form, writtenIn }: Pick<Traits, 'form' | 'writtenIn'> & { claim: Claim },
): Promise<StoredDigest[]> {
  const digests = await tx.query<StoredDigest & { fileName: string | null; writtenIn: string | null }>`
    select ${digestColumns}, latest.file_name as "fileName", latest.written_in as "writtenIn"
    from digest d, lateral (
      select r.id as file_id, r.file_name, r.written_in from digest_revision r
      where r.digest_id = d.id and r.form = ${form}::digest_form order by r.id desc limit 1
    ) latest
    where d.source_id = ${sourceId} and d.date = ${date}::text::date and d.language is not null
    order by latest.file_id desc`;
  const stem = stemOf(claim.fileName);
  const unsure = new Set([null, 'und', writtenIn]);
  return digests.filter(
    (digest) =>
      digest.fileName !== null &&
      stemOf(digest.fileName) === stem &&
      (writtenIn === 'und' || unsure.has(digest.writtenIn)),
  );
}

/**
 * Those of the guesses that can be the same digest as this one. Two digests that both came in Markdown, or both in JSONL, are two:
 * a guess that was right twice over stays alone. But a file that is `republished` under its name, in this form, may have made
 * either.
 */
async function mergeable(
  tx: Transaction,
  digest: StoredDigest,
  guesses: readonly StoredDigest[],
  republished: DigestForm | null = null,
): Promise<StoredDigest[]> {
  const found: StoredDigest[] = [];
  for (const guess of guesses) {
    const shared = await tx.query`
      select form from digest_revision
      where digest_id in (${guess.id}, ${digest.id}) and form is distinct from ${republished}::digest_form
      group by form having count(distinct digest_id) > 1`;
    if (shared.length === 0) found.push(guess);
  }
  return found;
}

/** A day that is a guess must not let a file replace what another one printed. */
async function refuseGuessedDay(
  tx: Transaction,
  claim: Claim,
  { digest, form, sha256 }: { digest: StoredDigest } & Pick<Traits, 'form' | 'sha256'>,
): Promise<void> {
  if (claim.datedBy !== 'GUESS') return;
  const [latest] = await tx.query<{ same: boolean; fileName: string | null }>`
    select form = ${form}::digest_form and sha256 = ${sha256} as same, file_name as "fileName"
    from digest_revision where digest_id = ${digest.id} order by form = ${form}::digest_form desc, id desc limit 1`;
  if (latest === undefined || latest.same) return;
  const { fileName } = latest;
  if (fileName !== null && stemOf(fileName) === stemOf(claim.fileName)) return;
  throw new SourceError(
    `${claim.location}: expected a date in the file name or --date: taken for the digest of ${claim.date} it would replace ` +
      `what ${describeName(fileName)} printed`,
  );
}

/** A stored file name as messages have it. */
function describeName(fileName: string | null): string {
  if (fileName === null) return 'another file';
  return fileName === '-' ? 'standard input' : fileName;
}

/** SQL: an entry's key, from the aliases e (digest_entry), d (digest), s (source) and p (paper). */
export const entryKey = sql`left(encode(sha256(convert_to(jsonb_build_array(
  s.name, d.date, d.language, p.arxiv_id, e.content_hash, e.twin)::text, 'UTF8')), 'hex'), 40)`;
