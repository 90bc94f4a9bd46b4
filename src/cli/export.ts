import { writeFile } from 'node:fs/promises';
import type { Database } from '../database/connect.ts';
import { languageTags } from '../language/language-range.ts';
import { digestMarkdown } from '../reads/digest-markdown.ts';
import { statementRunner } from '../database/statements.ts';
import type { Output } from './ingest-in-order.ts';
import { UsageError } from './io.ts';

/** Flags of `papergraph export`. */
export interface ExportFlags {
  /** Day, YYYY-MM-DD. */
  readonly date: string;
  /** BCP 47 tag. */
  readonly language?: string | undefined;
  readonly source?: string | undefined;
  /** Path of a file; standard output if absent or `-`. */
  readonly out?: string | undefined;
}

/**
 * `papergraph export`: writes one stored digest as Markdown in the producer's current template. Returns the
 * exit status: 0; 1 if there is no such digest, or it has no Markdown form; 2 if several match, which are
 * then listed. Rejects with UsageError if the file cannot be written.
 */
export async function exportDigest(flags: ExportFlags, database: Database, output: Output): Promise<number> {
  const found = await matching(flags, database);
  const [digest] = found;
  if (digest === undefined) {
    output.stderr.write(`no digest of ${describe(flags)} is stored\n`);
    return 1;
  }
  if (found.length > 1) {
    const list = found.map(
      (each) =>
        `  ${describe({ ...each, source: each.source, language: each.language ?? '(raw listing)' })}\n`,
    );
    output.stderr.write(
      `expected one digest, but ${found.length} match; name one with --source and --language:\n${list.join('')}`,
    );
    return 2;
  }
  const markdown = await digestMarkdown(statementRunner(database.pool, { prepared: false }), digest.id);
  if (markdown === null) {
    output.stderr.write(
      `${describe({ ...digest, language: digest.language ?? undefined })}: cannot be written as Markdown: it is a raw ` +
        'listing, or an entry has no category\n',
    );
    return 1;
  }
  if (flags.out === undefined || flags.out === '-') output.stdout.write(markdown);
  else await writeOut(flags.out, markdown);
  return 0;
}

async function writeOut(file: string, markdown: string): Promise<void> {
  try {
    await writeFile(file, markdown);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS.get(code ?? '') ?? message;
    throw new UsageError(`--out: cannot write ${file}: ${reason}`, { cause: error });
  }
}

const REASONS = new Map([
  ['ENOENT', 'there is no such folder'],
  ['ENOTDIR', 'part of the path is not a folder'],
  ['EISDIR', 'it is a folder; expected a file name'],
  ['EACCES', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
]);

interface Match {
  readonly id: number;
  readonly source: string;
  readonly date: string;
  readonly language: string | null;
}

async function matching({ date, language, source }: ExportFlags, { prisma }: Database): Promise<Match[]> {
  const tags = language === undefined ? undefined : languageTags(language);
  const { digest } = await prisma();
  const digests = await digest.findMany({
    where: {
      date: new Date(date),
      ...(tags === undefined ? {} : { language: { in: [...tags] } }),
      ...(source === undefined ? {} : { source: { name: source } }),
    },
    include: { source: true },
    orderBy: [{ source: { name: 'asc' } }, { language: { sort: 'asc', nulls: 'first' } }],
  });
  const matches = digests.map(({ id, language: tag, source: { name } }) => ({
    id,
    date,
    language: tag,
    source: name,
  }));
  if (tags === undefined) return matches;
  // Tags come best first: of each source, keep the digest whose language is nearest to the requested one.
  const rank = ({ language: tag }: Match): number => tags.indexOf(tag ?? '');
  return matches.filter(
    (match) => !matches.some((other) => other.source === match.source && rank(other) < rank(match)),
  );
}

function describe({ date, language, source }: Pick<ExportFlags, 'date' | 'language' | 'source'>): string {
  return [source, date, language].filter((part) => part !== undefined).join(' ');
}
