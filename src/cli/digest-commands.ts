import { setFlagsFromString } from 'node:v8';
import { Option, type Command } from 'commander';
import { isDay } from '../digest/file-name.ts';
import { MAX_SOURCE_BYTES, nameFault } from '../digest/long-names.ts';
import { parseLanguage } from '../language/language.ts';
import { exportDigest, type ExportFlags } from './export.ts';
import { ingest, type IngestFlags } from './ingest.ts';
import { UsageError, type Io } from './io.ts';
import { privateUrlsSetting, type SharedOptions } from './options.ts';
import { remove } from './remove.ts';
import { withStore } from './with-database.ts';

/** Makes a command's action of a function that gives the exit status. */
export type Act = (
  action: (command: Command) => number | Promise<number>,
) => (...given: unknown[]) => Promise<void>;

/** Adds the commands that take digests in, write them out and remove them. */
export function addDigestCommands(program: Command, io: Io, act: Act): void {
  program
    .command('ingest')
    .description('take digests in: files, folders, globs, http(s) URLs, or - for standard input')
    .argument('<source...>', 'what to take in')
    .addOption(source('whose digests they are; else told by repository, host or folder'))
    .addOption(date('their day; else told by the file name'))
    .addOption(language('their language; else told by the file name or the text'))
    .option('--json', 'print one JSON object a file')
    .option('--dry-run', 'work everything out, store nothing')
    .option('--strict', 'store nothing of a file unless every entry is good')
    .addOption(privateUrlsSetting())
    .action(act(async (command) => await runIngest(command, io)));

  program
    .command('export')
    .description("write a digest as Markdown, in the producer's current template")
    .addOption(date('its day').makeOptionMandatory())
    .addOption(language('its language'))
    .addOption(source('whose it is'))
    .option('--out <file>', 'where to; else standard output')
    .action(
      act(async (command) => {
        const flags = command.optsWithGlobals<SharedOptions & ExportFlags>();
        return await withStore(flags, io, async (database) => await exportDigest(flags, database, io));
      }),
    );

  program
    .command('remove')
    .description('take digests out again, with the papers that stand in no other')
    .addOption(source('whose they are').makeOptionMandatory())
    .addOption(date('of this day alone'))
    .addOption(language('in this language alone'))
    .option('--yes', 'do not ask')
    .action(act(async (command) => await runRemove(command, io)));
}

async function runIngest(command: Command, io: Io): Promise<number> {
  const flags = command.optsWithGlobals<SharedOptions & IngestFlags & { allowPrivateUrls?: boolean }>();
  if (command.args.includes('-') && flags.source === undefined) {
    throw new UsageError('standard input (-) does not tell whose digest it is: name it with --source');
  }
  // V8 lets garbage pile up where memory is plenty; here a file of any size should look like a small one.
  setFlagsFromString('--optimize-for-size');
  const allowPrivate = flags.allowPrivateUrls === true ? ('always' as const) : ('first' as const);
  const world = { stdin: io.stdin, cwd: io.cwd, now: () => new Date(), allowPrivate };
  return await withStore(flags, io, async ({ pool }) => {
    return await ingest(command.args, flags, { pool, world, output: io, stop: io.stop });
  });
}

async function runRemove(command: Command, io: Io): Promise<number> {
  const flags = command.optsWithGlobals<
    SharedOptions & { source: string; date?: string; language?: string; yes?: boolean }
  >();
  const { stdin, stdout, stderr } = io;
  return await withStore(flags, io, async ({ pool }) => {
    return await remove(flags, flags.yes === true, { pool, stdin, stdout, stderr });
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
