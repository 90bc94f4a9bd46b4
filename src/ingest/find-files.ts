import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { parseFileName } from '../digest/file-name.ts';
import { SourceError, type DigestFile } from './digest-file.ts';
import type { PrivateAddresses } from './fetch-url.ts';
import { isUrl, urlFile } from './url-file.ts';

/** What `findFiles` needs of the world. */
export interface World {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The folder that relative names start from. */
  readonly cwd: string;
  readonly now: () => Date;
  /** Which URLs may lead to private addresses; those that are named, but no redirects, where absent. */
  readonly allowPrivate?: PrivateAddresses;
}

/**
 * The files that a SOURCE argument names: a file, a folder (every dated `.md` and `.jsonl` below it), a glob, an http(s)
 * URL, or `-` for standard input; in the order of their names. Rejects with SourceError where there is none.
 */
export async function findFiles(argument: string, world: World): Promise<DigestFile[]> {
  if (argument === '-') return [standardInput(world)];
  if (isUrl(argument))
    return [urlFile(parsedUrl(argument), { allowPrivate: world.allowPrivate ?? 'first', now: world.now })];
  const absolute = path.resolve(world.cwd, argument);
  const found = await stat(absolute).catch(() => undefined);
  if (found?.isDirectory()) return await folder(absolute, argument);
  if (found !== undefined) return [localFile(absolute, argument, found)];
  if (!isDynamicPattern(argument)) throw new SourceError(`${argument}: there is no such file or folder`);
  const names = await glob(argument, { cwd: world.cwd, absolute: true, expandDirectories: false });
  if (names.length === 0) throw new SourceError(`${argument}: no file matches`);
  return await localFiles(names, (name) => path.relative(world.cwd, name));
}

function parsedUrl(argument: string): URL {
  if (URL.canParse(argument)) return new URL(argument);
  throw new SourceError(`${argument}: expected an http(s) URL`);
}

async function folder(absolute: string, argument: string): Promise<DigestFile[]> {
  const names = await glob('**/*.{md,jsonl}', {
    cwd: absolute,
    absolute: true,
    ignore: ['**/node_modules/**'],
  });
  const dated = names.filter((name) => parseFileName(path.basename(name)).date !== undefined);
  if (dated.length > 0)
    return await localFiles(dated, (name) => path.join(argument, path.relative(absolute, name)));
  throw new SourceError(
    `${argument}: expected a folder with digests, named like 2026-01-15.md or 2026-01-15_AI_enhanced_Chinese.jsonl, ` +
      `but none of its ${names.length} .md and .jsonl files has a date in its name (name such a file itself, with --date)`,
  );
}

async function localFiles(names: string[], show: (name: string) => string): Promise<DigestFile[]> {
  const sorted = names.toSorted();
  // One that is gone since is not there.
  const stats = await Promise.all(sorted.map(async (name) => await stat(name).catch(() => undefined)));
  return sorted.flatMap((name, index) => {
    const found = stats[index];
    return found === undefined ? [] : [localFile(name, show(name), found)];
  });
}

function localFile(
  absolute: string,
  shown: string,
  found: { size: number; mtime: Date; isFile(): boolean },
): DigestFile {
  const parent = path.dirname(absolute);
  const folderName = path.basename(path.basename(parent) === 'data' ? path.dirname(parent) : parent);
  const fileName = path.basename(absolute);
  return {
    origin: fileName,
    location: shown,
    fileName,
    source: folderName === '' ? undefined : folderName,
    fallbackDate: async () => ({ date: day(found.mtime), what: "the file's modification day" }),
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

function standardInput({ stdin, now }: World): DigestFile {
  return {
    origin: '-',
    location: '-',
    fileName: undefined,
    source: undefined,
    fallbackDate: async () => ({ date: day(now()), what: 'today (UTC)' }),
    size: undefined,
    once: true,
    open: () => stdin,
  };
}

/** The UTC day of an instant, YYYY-MM-DD. */
function day(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
