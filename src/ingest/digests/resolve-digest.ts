import type { DigestForm } from '../../digest/digest.ts';
import { stemOf } from '../../digest/file-name.ts';
import type { DigestIdentity } from './digest-identity.ts';
import {
  digestsOfFileName,
  digestsWithStagedEntries,
  findOrCreateDigest,
  findOrCreateSource,
  type SourceDay,
} from './find-digests.ts';
import { SourceError } from '../../sources/digest-file.ts';
import type { StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';

/** The facts about a file's content that help to find its digest. */
export interface FileTraits {
  readonly form: DigestForm;
  /** SHA-256 of its unpacked bytes, in hex. */
  readonly sha256: string;
  /** The language that its AI text is written in, `und` if that cannot be told; null without AI text. */
  readonly writtenIn: string | null;
}

/** The stored digest that a file belongs to. */
export interface ResolvedDigest {
  readonly digest: StoredDigest;
  /** Other digests that turn out to be the same one, whose languages were guesses. */
  readonly guesses: readonly StoredDigest[];
}

/**
 * Finds the digest that the staged entries belong to; creates it, at revision 0, if there is none.
 *
 * Without AI text it is the digest of the language in the file name, else the raw listing, which has no
 * language. With AI text the first of these decides: the language that the file name or an option tells, a
 * stored digest with the same ids and TL;DRs, the digest that a file of this name made before, the language
 * that the text is written in.
 *
 * Rejects with SourceError if the day is a guess and another file made the digest.
 */
export async function resolveDigest(
  tx: Transaction,
  identity: DigestIdentity,
  traits: FileTraits,
): Promise<ResolvedDigest> {
  const day = { sourceId: await findOrCreateSource(tx, identity.source), date: identity.date };
  const { writtenIn } = traits;
  if (writtenIn === null) return await withoutAiText(tx, day, { identity, traits });
  return await withAiText(tx, day, { identity, traits: { ...traits, writtenIn } });
}

interface File {
  readonly identity: DigestIdentity;
  readonly traits: FileTraits;
}

async function withoutAiText(
  tx: Transaction,
  day: SourceDay,
  { identity, traits }: File,
): Promise<ResolvedDigest> {
  const { enhanced } = identity;
  const twins = enhanced ? await digestsWithStagedEntries(tx, day) : [];
  const language = enhanced ? (identity.language ?? 'und') : null;
  const digest = await findOrCreateDigest(tx, { ...day, language, languageGuessed: false });
  await refuseGuessedDay(tx, digest, { identity, traits });
  // Markdown prints missing AI text as empty text: its digest has a language, but nothing tells which.
  const blank = guessesAmong(twins, digest).filter((twin) => twin.language === 'und');
  return { digest, guesses: await mergeable(tx, digest, blank) };
}

async function withAiText(
  tx: Transaction,
  day: SourceDay,
  { identity, traits }: File & { readonly traits: { readonly writtenIn: string } },
): Promise<ResolvedDigest> {
  const { form, writtenIn } = traits;
  const twins = await digestsWithStagedEntries(tx, day);
  const namesakes = await digestsOfFileName(tx, day, { form, writtenIn, fileName: identity.fileName });
  const known = identity.language === undefined ? (twins[0] ?? bestOf(namesakes, writtenIn)) : undefined;
  const languageGuessed = identity.language === undefined;
  const language = identity.language ?? writtenIn;
  const digest = known ?? (await findOrCreateDigest(tx, { ...day, language, languageGuessed }));
  if (!includes(twins, digest)) await refuseGuessedDay(tx, digest, { identity, traits });
  const republished = await mergeable(tx, digest, guessesAmong(namesakes, digest), form);
  const others = languageGuessed
    ? []
    : guessesAmong(twins, digest).filter((twin) => !includes(namesakes, twin));
  return { digest, guesses: [...republished, ...(await mergeable(tx, digest, others))] };
}

/** The latest digest that files of this name made; not a guess of `und` if the language is known now. */
function bestOf(namesakes: readonly StoredDigest[], writtenIn: string): StoredDigest | undefined {
  return namesakes.find(
    ({ language, languageGuessed }) => !languageGuessed || language !== 'und' || writtenIn === 'und',
  );
}

function includes(digests: readonly StoredDigest[], { id }: StoredDigest): boolean {
  return digests.some((each) => each.id === id);
}

/** The digests, other than this one, whose language was a guess. */
function guessesAmong(digests: readonly StoredDigest[], { id }: StoredDigest): StoredDigest[] {
  return digests.filter((each) => each.languageGuessed && each.id !== id);
}

/**
 * The guesses that can be the same digest as this one. Two digests with a file of the same form are different
 * digests, even if their entries are equal. `republished`, the form of a file that is published again under
 * its name, does not count: earlier files of that name may have made either digest.
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

/** Rejects with SourceError if the file's day is a guess and a file of another name made the digest. */
async function refuseGuessedDay(
  tx: Transaction,
  digest: StoredDigest,
  { identity, traits: { form, sha256 } }: File,
): Promise<void> {
  if (identity.datedBy !== 'GUESS') return;
  const [latest] = await tx.query<{ same: boolean; fileName: string | null }>`
    select form = ${form}::digest_form and sha256 = ${sha256} as same, file_name as "fileName"
    from digest_revision where digest_id = ${digest.id}
    order by form = ${form}::digest_form desc, id desc limit 1`;
  if (latest === undefined || latest.same) return;
  const { fileName } = latest;
  if (fileName !== null && stemOf(fileName) === stemOf(identity.fileName)) return;
  throw new SourceError(
    `${identity.location}: expected a date in the file name or --date: taken for the digest of ` +
      `${identity.date} it would replace what ${describeName(fileName)} printed`,
  );
}

/** A stored file name, as messages show it. */
function describeName(fileName: string | null): string {
  if (fileName === null) return 'another file';
  return fileName === '-' ? 'standard input' : fileName;
}
