import { parseFileName, unpackedName } from '../../digest/file-name.ts';
import { MAX_FILE_NAME_BYTES, MAX_SOURCE_BYTES, nameFault } from '../../digest/long-names.ts';
import { SourceError, type DigestFile } from '../../sources/digest-file.ts';

/** The digest that a file contains, as far as its name, its location and the caller's options tell. */
export interface DigestIdentity {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** Where the date comes from. A guessed day may be that of another digest. */
  readonly datedBy: 'OPTION' | 'NAME' | 'GUESS';
  /** BCP 47; undefined if neither the options nor the file name tell. */
  readonly language: string | undefined;
  /** The file name is that of a file with AI text (`…_AI_enhanced_…`), whether the file has any or not. */
  readonly enhanced: boolean;
  /** Without folders and `.gz`; `-` for standard input. */
  readonly fileName: string;
  /** The file as the user would name it, for messages. */
  readonly location: string;
}

/** Options of a caller about the digest in a file. */
export interface IdentityOptions {
  /** Publisher. The suffix of a dated file name, such as `_database`, is appended to it. */
  readonly source?: string | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | undefined;
  /** BCP 47. Ignored for a raw listing, which has no language. */
  readonly language?: string | undefined;
}

/**
 * Identifies a file's digest: by the options, then by the file's name, then by its location. Calls `warn` if
 * the day is a guess. Throws SourceError if nothing tells the source, or if a name is too long.
 */
export async function identifyDigest(
  file: DigestFile,
  options: IdentityOptions,
  warn: (message: string) => void,
): Promise<DigestIdentity> {
  const named = parseFileName(file.fileName ?? '');
  const source = options.source ?? file.source;
  if (source === undefined)
    throw new SourceError(`${file.location}: nothing tells whose digest this is; name it with --source`);
  checkName(file, 'the name of a source', nameFault(source + named.suffix, MAX_SOURCE_BYTES));
  checkName(file, 'the name of a file', nameFault(file.fileName ?? '', MAX_FILE_NAME_BYTES));
  return {
    source: source + named.suffix,
    ...(await dateOf(file, options.date, { named: named.date, warn })),
    language: options.language ?? named.language,
    enhanced: named.language !== undefined,
    fileName: unpackedName(file.fileName || file.origin),
    location: file.location,
  };
}

function checkName({ location }: DigestFile, what: string, fault: string | undefined): void {
  if (fault !== undefined) throw new SourceError(`${location.slice(0, 200)}: ${what}: ${fault}`);
}

async function dateOf(
  file: DigestFile,
  given: string | undefined,
  { named, warn }: { named: string | undefined; warn: (message: string) => void },
): Promise<Pick<DigestIdentity, 'date' | 'datedBy'>> {
  if (given !== undefined) return { date: given, datedBy: 'OPTION' };
  if (named !== undefined) return { date: named, datedBy: 'NAME' };
  const { date, what } = await file.fallbackDate();
  warn(`no date in the file name and no --date: took ${what}, ${date}`);
  return { date, datedBy: 'GUESS' };
}
