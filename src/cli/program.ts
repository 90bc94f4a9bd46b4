import { Command, CommanderError } from 'commander';
import { DatabaseError } from '../database/database-error.ts';
import { explainFailure, isTransient } from '../database/error-codes.ts';
import { ListenError } from '../http/listen.ts';
import { addDigestCommands, type Act } from './digest-commands.ts';
import { explainExit } from './exit-status.ts';
import { Interrupted, OutputLost, UsageError, type Io } from './io.ts';
import type { OperationsFlags } from './operations.ts';
import {
  serveSettings,
  sharedSettings,
  tailSettings,
  watchedSource,
  type ServeOptions,
  type SharedOptions,
} from './options.ts';
import { applyEnvironment } from './setting.ts';
import { version } from './version.ts';

const USAGE = 2;

/**
 * Runs a command line (without node and the script) and returns the exit status; failures are explained on
 * stderr.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let outcome = 0;
  const program = createProgram(io, (exit) => {
    outcome = exit;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome;
  } catch (error) {
    return explain(error, io);
  }
}

function createProgram(io: Io, done: (status: number) => void): Command {
  const act: Act =
    (action) =>
    async (...given) =>
      done(await action(given.at(-1) as Command));
  const program = new Command('papergraph')
    .description('Turns daily arXiv digests into a live GraphQL API.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Commander puts its suggestion ("Did you mean …") on a second line, but all our errors are one line.
      outputError: (text, write) =>
        write(
          `papergraph: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' ')}\n`,
        ),
    })
    .exitOverride()
    .hook('preAction', (all, called) => {
      applyEnvironment(all, io.env);
      applyEnvironment(called, io.env);
    });
  for (const setting of sharedSettings()) program.addOption(setting);
  program.addHelpText('after', '\nFor the options and exit statuses of a command: papergraph COMMAND --help');
  addCommands(program, io, act);
  return program;
}

/**
 * Adds all commands. Each loads its own modules when it is called: help needs none of them. In them, `optsWithGlobals` returns a command's own options together with the shared
 * ones.
 */
function addCommands(program: Command, io: Io, act: Act): void {
  addServe(program, io, act);
  addDigestCommands(program, io, act);
  addTail(program, io, act);
  addStoreCommands(program, io, act);
  addSchemaCommands(program, io, act);
}

/** Adds the commands that need no store. */
function addSchemaCommands(program: Command, io: Io, act: Act): void {
  const schema = program.command('schema').description('print the GraphQL schema');
  explainExit(schema, { 0: 'the schema was printed', 2: 'wrong usage' }).action(
    act(async () => (await import('./schema.ts')).printSdl(io)),
  );
  const listing = program
    .command('operations')
    .description('write the list of trusted documents from the operations in the .graphql files of a folder')
    .argument('<folder>', 'folder with operations and fragments; folders in it are read, too')
    .option('--out <file>', 'file to write; default, or with -: standard output')
    .action(
      act(async (command) => {
        const { listOperations } = await import('./operations.ts');
        return await listOperations(command.args[0] ?? '', command.opts<OperationsFlags>(), io);
      }),
    );
  explainExit(listing, {
    0: 'the list was written',
    1: 'a file has mistakes; each is named on standard error with its line',
    2: 'wrong usage, no operations, or a file cannot be read or written',
  });
}

function addServe(program: Command, io: Io, act: Act): void {
  const serving = program
    .command('serve')
    .description('serve the GraphQL API until SIGINT or SIGTERM')
    .option('--sample', 'ingest the bundled sample first if the store is empty')
    .option(
      '--watch <source>',
      'watch this folder or URL and ingest new digests; repeatable; in a URL, {date} stands for today and the ' +
        'seven days before (UTC), {language} for the most common languages',
      (source, others?: readonly string[]) => collect(watchedSource(source), others),
    )
    .action(
      act(async (command) => {
        const { serve } = await import('./serve.ts');
        return await serve(command.optsWithGlobals<ServeOptions>(), io);
      }),
    );
  for (const setting of serveSettings()) serving.addOption(setting);
  explainExit(serving, {
    0: 'ended by SIGINT (Ctrl-C) or SIGTERM',
    2: 'wrong usage, no database, or the address or port cannot be used',
    130: 'ended immediately by a second SIGINT',
    143: 'ended immediately by a second SIGTERM',
  });
}

function addTail(program: Command, io: Io, act: Act): void {
  const tailing = program
    .command('tail')
    .description('print new papers as a server ingests them; times are local, with their offset from UTC')
    .option('--category <code>', 'only papers of this category, such as cs.LG or cs.*; repeatable', collect)
    .option('--search <text>', 'only papers that match this search')
    .option('--after <cursor>', 'resume after this feed cursor')
    .option('--utc', 'print times in UTC')
    .option('--json', 'print one JSON object per paper, with times in UTC')
    .action(
      act(async (command) => {
        const { tail } = await import('./tail.ts');
        return await tail(command.optsWithGlobals(), io);
      }),
    );
  for (const setting of tailSettings()) tailing.addOption(setting);
  explainExit(tailing, {
    0: 'ended by SIGINT (Ctrl-C) or SIGTERM, or standard output was closed',
    2: 'wrong usage, or the server refused the address, cursor or filter',
    130: 'ended immediately by a second SIGINT',
    143: 'ended immediately by a second SIGTERM',
  });
}

/** Adds the commands about the store as a whole. */
function addStoreCommands(program: Command, io: Io, act: Act): void {
  const showing = program
    .command('status')
    .description(
      'print the contents of the store: sources, days, languages, papers, last ingests, feed, size, versions',
    )
    .option('--json', 'print one JSON object')
    .action(
      act(async (command) => {
        const options = command.optsWithGlobals<SharedOptions & { json?: boolean }>();
        const { json = false } = options;
        const { withDatabase } = await import('./with-database.ts');
        const { status } = await import('./status.ts');
        return await withDatabase(options, io, async (database) => await status(json, database, io));
      }),
    );
  explainExit(showing, {
    0: 'the status was printed',
    2: 'wrong usage, no database, or migrations are pending',
  });

  const migrating = program
    .command('migrate')
    .description('apply pending migrations, and index papers again if this version needs it')
    .action(
      act(async (command) => {
        const options = command.optsWithGlobals<SharedOptions>();
        const { withDatabase } = await import('./with-database.ts');
        const { applyMigrations } = await import('./migrate.ts');
        return await withDatabase(options, io, async (database) => await applyMigrations(database, io));
      }),
    );
  explainExit(migrating, { 0: 'the database is up to date' });
}

function collect(value: string, others: readonly string[] | undefined): string[] {
  return [...(others ?? []), value];
}

function explain(error: unknown, { stderr }: Io): number {
  // Commander has already printed its message. Requested help and versions also end in a CommanderError,
  // with status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof Interrupted || error instanceof OutputLost) return error.status;
  if (error instanceof UsageError || error instanceof DatabaseError || error instanceof ListenError) {
    stderr.write(`papergraph: ${error.message}\n`);
    return USAGE;
  }
  const explained = explainFailure(error);
  if (explained !== undefined) {
    stderr.write(`papergraph: ${explained}\n`);
    return USAGE;
  }
  if (isTransient(error)) {
    stderr.write(`papergraph: lost the connection to the database: ${(error as Error).message}\n`);
    return USAGE;
  }
  stderr.write(`papergraph: ${describeFailure(error)}\n`);
  return 1;
}

/**
 * One line for a failure of the system or the database. For a bug of ours, the stack: a bug report needs it.
 */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fromOutside = 'code' in error && typeof error.code === 'string' && !error.code.startsWith('ERR_');
  return fromOutside ? error.message.replaceAll(/\s*\n\s*/g, ' ') : (error.stack ?? error.message);
}
