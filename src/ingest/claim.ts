import { parseFileName, unpackedName } from '../digest/file-name.ts';
import { MAX_FILE_NAME_BYTES, MAX_SOURCE_BYTES, nameFault } from '../digest/long-names.ts';
import { SourceError, type DigestFile } from '../sources/digest-file.ts';

/** What a file says of the digest that it is. */
export interface Claim {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** What told the date. A day that is guessed may be that of another digest. */
  readonly datedBy: 'OPTION' | 'NAME' | 'GUESS';
  /** BCP 47; undefined where nobody named it. */
  readonly language: string | undefined;
  /** The file is named as one with AI text, be there any or not. */
  readonly enhanced: boolean;
  /** Without folders and `.gz`; `-` for standard input. */
  readonly fileName: string;
  /** The file, as the user would name it in a message. */
  readonly location: string;
}

/** What the caller says the digest is called. */
export interface ClaimOptions {
  /** What else a dated file name holds (`_database`) is appended to it. */
  readonly source?: string | undefined;
  /** YYYY-MM-DD */
  readonly date?: string | undefined;
  /** BCP 47. A raw listing has none, whatever is said here. */
  readonly language?: string | undefined;
}

/**
 * What a digest is called: as the options say, else as the file's name and place do. `warn` is told of a day that is a guess.
 * Throws SourceError where nothing tells the source.
 */
export async function claimOf(
  file: DigestFile,
  options: ClaimOptions,
  warn: (message: string) => void,
): Promise<Claim> {
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
): Promise<Pick<Claim, 'date' | 'datedBy'>> {
  if (given !== undefined) return { date: given, datedBy: 'OPTION' };
  if (named !== undefined) return { date: named, datedBy: 'NAME' };
  const { date, what } = await file.fallbackDate();
  warn(`no date in the file name and no --date: took ${what}, ${date}`);
  return { date, datedBy: 'GUESS' };
}
