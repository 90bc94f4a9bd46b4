import { setFlagsFromString } from 'node:v8';
import { Option, type Command } from 'commander';
import { isDay } from '../time/day.ts';
import { MAX_SOURCE_BYTES, nameFault } from '../digest/long-names.ts';
import { parseLanguage } from '../language/language.ts';
import { explainExit } from './exit-status.ts';
import type { ExportFlags } from './export.ts';
import type { IngestFlags } from './ingest-in-order.ts';
import { UsageError, type Io } from './io.ts';
import { privateUrlsSetting, type SharedOptions } from './options.ts';

/** Turns a function that returns an exit status into a command's action. */
export type Act = (
  action: (command: Command) => number | Promise<number>,
) => (...given: unknown[]) => Promise<void>;

/** Adds the commands that ingest, export and remove digests. */
export function addDigestCommands(program: Command, io: Io, act: Act): void {
  addIngest(program, io, act);
  addExport(program, io, act);
  addRemove(program, io, act);
}

function addIngest(program: Command, io: Io, act: Act): void {
  const ingesting = program
    .command('ingest')
    .description('store digests: files, folders, globs, http(s) URLs, or - for standard input')
    .argument('<source...>', 'file, folder, glob, http(s) URL, or -')
    .addOption(
      source(
        'name of the publisher, such as owner/repo; default: the GitHub repository, else the host or folder',
      ),
    )
    .addOption(date('day of the digests, YYYY-MM-DD; default: from the file name'))
    .addOption(
      language('language of the summaries, such as zh or Chinese; default: from the file name or the text'),
    )
    .option('--json', 'print one JSON object per file on standard output')
    .option('--dry-run', 'report what would be stored, but store nothing')
    .option('--strict', 'refuse a whole file if any of its entries is rejected')
    .addOption(privateUrlsSetting())
    .action(act(async (command) => await runIngest(command, io)));
  explainExit(ingesting, {
    0: 'every source was accepted; files that are empty or already stored count as accepted',
    1: 'at least one source or entry was refused; all others were stored',
    130: 'interrupted by SIGINT (Ctrl-C); the last line on stderr names what was not stored',
    143: 'interrupted by SIGTERM; the last line on stderr names what was not stored',
  });
}

function addExport(program: Command, io: Io, act: Act): void {
  const exporting = program
    .command('export')
    .description('write a stored digest as Markdown, in the current template of daily-arXiv-ai-enhanced')
    .addOption(date('day of the digest, YYYY-MM-DD (required)').makeOptionMandatory())
    .addOption(language('language of the digest, such as zh or Chinese; needed if several match'))
    .addOption(source('source of the digest; needed if several match'))
    .addOption(
      new Option('--out <file>', 'file to write; default, or with -: standard output').argParser((text) =>
        taken('--out', 'a file name or -', text, text),
      ),
    )
    .action(
      act(async (command) => {
        const flags = command.optsWithGlobals<SharedOptions & ExportFlags>();
        const { withStore } = await import('./with-database.ts');
        const { exportDigest } = await import('./export.ts');
        return await withStore(flags, io, async (database) => await exportDigest(flags, database, io));
      }),
    );
  explainExit(exporting, {
    0: 'the digest was written',
    1: 'no such digest, or it cannot be written as Markdown (a raw listing, or an entry without a category)',
    2: 'wrong usage, no database, several digests match, or the file cannot be written',
  });
}

function addRemove(program: Command, io: Io, act: Act): void {
  const removing = program
    .command('remove')
    .description('remove digests, and the papers that no other digest contains')
    .addOption(source('source of the digests (required)').makeOptionMandatory())
    .addOption(date('remove only this day, YYYY-MM-DD'))
    .addOption(language('remove only this language, such as zh or Chinese'))
    .option('--yes', 'remove without asking')
    .action(act(async (command) => await runRemove(command, io)));
  explainExit(removing, {
    0: 'the digests were removed',
    1: 'no digest matches, or you answered no',
    2: 'wrong usage, no database, or --yes is missing and there is no terminal to ask on',
  });
}

async function runIngest(command: Command, io: Io): Promise<number> {
  const flags = command.optsWithGlobals<SharedOptions & IngestFlags & { allowPrivateUrls?: boolean }>();
  if (command.args.includes('')) {
    throw new UsageError('expected a file, a folder, a glob, an http(s) URL or - as <source>, got ""');
  }
  if (command.args.includes('-') && flags.source === undefined) {
    throw new UsageError('standard input (-) has no source: name one with --source');
  }
  // Without this flag, V8 collects garbage late if memory is plentiful. With it, memory use does not grow with
  // the size of a file.
  setFlagsFromString('--optimize-for-size');
  const allowPrivate = flags.allowPrivateUrls === true ? ('always' as const) : ('first' as const);
  const world = { stdin: io.stdin, cwd: io.cwd, now: () => new Date(), allowPrivate };
  const { withWritableStore } = await import('./with-database.ts');
  const { ingest } = await import('./ingest.ts');
  return await withWritableStore(flags, io, async ({ pool }) => {
    return await ingest(command.args, flags, { pool, world, output: io, stop: io.stop });
  });
}

async function runRemove(command: Command, io: Io): Promise<number> {
  const flags = command.optsWithGlobals<
    SharedOptions & { source: string; date?: string; language?: string; yes?: boolean }
  >();
  const { stdin, stdout, stderr, stop } = io;
  const { withWritableStore } = await import('./with-database.ts');
  const { remove } = await import('./remove.ts');
  return await withWritableStore(flags, io, async (database) => {
    return await remove(flags, flags.yes === true, { database, stdin, stdout, stderr, stop });
  });
}

function source(about: string): Option {
  return new Option('--source <name>', about).argParser(readSource);
}

function readSource(text: string): string {
  const fault = nameFault(text.trim(), MAX_SOURCE_BYTES);
  if (fault !== undefined) throw new UsageError(`--source: ${fault}`);
  return taken('--source', 'a name', text.trim(), text);
}

function date(about: string): Option {
  return new Option('--date <day>', about).argParser(readDay);
}

function readDay(text: string): string {
  return taken('--date', 'a day, YYYY-MM-DD', isDay(text) ? text : undefined, text);
}

function language(about: string): Option {
  return new Option('--language <language>', about).argParser(readLanguage);
}

function readLanguage(text: string): string {
  return taken('--language', 'a language, such as zh or Chinese', text && parseLanguage(text), text);
}

function taken(flag: string, takes: string, value: string | undefined, text: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`${flag}: expected ${takes}, got "${text}"`);
}
