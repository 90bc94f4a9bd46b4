import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { dayOf } from '../time/day.ts';
import { parseFileName } from '../digest/file-name.ts';
import { SourceError, type DigestFile } from './digest-file.ts';
import type { PrivateAddresses } from './fetch-url.ts';
import { repositoryOf } from './git-remote.ts';
import { describeSkipped, OTHER_ENDINGS } from './skipped-files.ts';
import { isUrl } from './is-url.ts';
import { urlFile } from './url-file.ts';

/** Where and how to look for files. */
export interface FindOptions {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The folder that relative names start from. */
  readonly cwd: string;
  readonly now: () => Date;
  /** Which requests may go to private addresses; `first` by default. */
  readonly allowPrivate?: PrivateAddresses;
  /**
   * Called with a message about files of a folder that look like digests but are skipped. Without it, nothing
   * looks for them.
   */
  readonly note?: (message: string) => void;
}

/**
 * Lists the files of a SOURCE argument, sorted by name. The argument is a file, a folder (every `.md`, `.txt`
 * and `.jsonl` below it with a date in its name, also with `.gz`), a glob, an http(s) URL, or `-` for
 * standard input. Rejects with SourceError if there are none.
 */
export async function findFiles(argument: string, options: FindOptions): Promise<DigestFile[]> {
  if (argument === '-') return [standardInput(options)];
  if (isUrl(argument))
    return [
      urlFile(parsedUrl(argument), { allowPrivate: options.allowPrivate ?? 'first', now: options.now }),
    ];
  const absolute = path.resolve(options.cwd, argument);
  const found = await stat(absolute).catch(() => undefined);
  if (found?.isDirectory()) return await folder(absolute, argument, options);
  if (found !== undefined) return await localFiles([absolute], () => argument);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(argument)) throw new SourceError(`${argument}: expected an http(s) URL`);
  if (!isDynamicPattern(argument)) throw new SourceError(`${argument}: there is no such file or folder`);
  const names = await glob(argument, { cwd: options.cwd, absolute: true, expandDirectories: false });
  if (names.length === 0) throw new SourceError(`${argument}: no file matches`);
  return await localFiles(names, (name) => path.relative(options.cwd, name));
}

function parsedUrl(argument: string): URL {
  if (URL.canParse(argument)) return new URL(argument);
  throw new SourceError(`${argument}: expected an http(s) URL`);
}

const ENDINGS = ['md', 'txt', 'jsonl'];

async function folder(absolute: string, argument: string, { note }: FindOptions): Promise<DigestFile[]> {
  const others = note === undefined ? [] : OTHER_ENDINGS;
  const names = await glob(
    `**/*.{${[...ENDINGS, ...ENDINGS.map((each) => `${each}.gz`), ...others].join(',')}}`,
    {
      cwd: absolute,
      absolute: true,
      caseSensitiveMatch: false,
      ignore: ['**/node_modules/**'],
    },
  );
  const known = names.filter((name) => KNOWN.test(name));
  const dated = known.filter((name) => parseFileName(path.basename(name)).date !== undefined);
  const show = (name: string): string => path.join(argument, path.relative(absolute, name));
  if (note !== undefined) {
    const found = new Set(dated);
    const skipped = names.filter((name) => !found.has(name));
    await describeSkipped(skipped, { show, note });
  }
  if (dated.length > 0) return await localFiles(dated, show);
  throw new SourceError(
    `${argument}: expected a folder with digests, named like 2026-01-15.md or ` +
      `2026-01-15_AI_enhanced_Chinese.jsonl, but none of its ${known.length} .md, .txt and .jsonl files ` +
      'has a date in its name (name such a file itself, with --date)',
  );
}

const KNOWN = new RegExp(`\\.(?:${ENDINGS.join('|')})(?:\\.gz)?$`, 'i');

async function localFiles(names: string[], show: (name: string) => string): Promise<DigestFile[]> {
  const sorted = names.toSorted();
  // A file may have been removed since it was listed.
  const stats = await Promise.all(sorted.map(async (name) => await stat(name).catch(() => undefined)));
  const sources = await sourcesOf(new Set(sorted.map((name) => path.dirname(name))));
  return sorted.flatMap((name, index) => {
    const found = stats[index];
    if (found === undefined) return [];
    return [localFile(name, { shown: show(name), found, source: sources.get(path.dirname(name)) })];
  });
}

async function sourcesOf(folders: ReadonlySet<string>): Promise<Map<string, string | undefined>> {
  const sources = new Map<string, string | undefined>();
  for (const each of folders) sources.set(each, await sourceOf(each));
  return sources;
}

/**
 * The repository of which the folder is a clone, else the folder's name. For a folder called `data`, its
 * parent's.
 */
async function sourceOf(folderOfFile: string): Promise<string | undefined> {
  const named = path.basename(folderOfFile) === 'data' ? path.dirname(folderOfFile) : folderOfFile;
  const repository = (await repositoryOf(folderOfFile)) ?? (await repositoryOf(named));
  return repository ?? (path.basename(named) || undefined);
}

function localFile(
  absolute: string,
  about: {
    readonly shown: string;
    readonly found: { size: number; mtime: Date; isFile(): boolean };
    readonly source: string | undefined;
  },
): DigestFile {
  const { shown, found, source } = about;
  const fileName = path.basename(absolute);
  return {
    origin: fileName,
    location: shown,
    fileName,
    source,
    fallbackDate: async () => ({ date: dayOf(found.mtime), what: "the file's modification day" }),
    size: found.isFile() ? found.size : undefined,
    once: false,
    open: () => readFile(absolute, shown),
  };
}

async function* readFile(absolute: string, shown: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(absolute)) yield chunk as Uint8Array;
  } catch (error) {
    throw new SourceError(
      `${shown}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      {
        cause: error,
      },
    );
  }
}

function standardInput({ stdin, now }: FindOptions): DigestFile {
  return {
    origin: '-',
    location: '-',
    fileName: undefined,
    source: undefined,
    fallbackDate: async () => ({ date: dayOf(now()), what: 'today (UTC)' }),
    size: undefined,
    once: true,
    open: () => stdin,
  };
}
