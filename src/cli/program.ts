import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { DatabaseError } from '../database/database-error.ts';
import { ListenError } from '../http/listen.ts';
import { isPassing } from '../ingest/retry.ts';
import { watchedSource } from './background.ts';
import { addDigestCommands, type Act } from './digest-commands.ts';
import { Interrupted, UsageError, type Io } from './io.ts';
import { applyMigrations } from './migrate.ts';
import {
  applyEnvironment,
  serveSettings,
  sharedSettings,
  tailSettings,
  type SharedOptions,
} from './options.ts';
import { printSdl } from './schema.ts';
import { serve } from './serve.ts';
import { tail } from './tail.ts';
import { withDatabase } from './with-database.ts';

const USAGE = 2;

/** Runs a command line (without node and the script) and gives the exit status; what goes wrong is said on stderr. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const program = createProgram(io, (outcome) => {
    status = outcome;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
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
    .description('Daily arXiv digests in, a GraphQL API out.')
    .version(version(), '--version')
    .helpOption('--help', 'display help for command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // One line, a suggestion ("Did you mean …") included.
      outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
    })
    .exitOverride()
    .hook('preAction', (all, called) => {
      applyEnvironment(all, io.env);
      applyEnvironment(called, io.env);
    });
  for (const setting of sharedSettings()) program.addOption(setting);
  addCommands(program, io, act);
  return program;
}

/** One command after the other; `optsWithGlobals` gives a command's options and the shared ones together. */
function addCommands(program: Command, io: Io, act: Act): void {
  const serving = program
    .command('serve')
    .description('serve the GraphQL API until SIGINT or SIGTERM')
    .option('--sample', 'first put the bundled sample into an empty store')
    .option(
      '--watch <source>',
      'take in what comes to a folder or URL ({date} and {language} in it are filled in); may be given again',
      (source, others?: readonly string[]) => collect(watchedSource(source), others),
    )
    .action(act(async (command) => await serve(command.optsWithGlobals(), io)));
  for (const setting of serveSettings()) serving.addOption(setting);

  addDigestCommands(program, io, act);

  const tailing = program
    .command('tail')
    .description('print papers as they come in to a server')
    .option('--category <code>', 'only of this category, such as cs.LG or cs.*; may be given again', collect)
    .option('--search <text>', 'only what this search finds')
    .option('--after <cursor>', 'go on after a cursor of the feed')
    .option('--json', 'print one JSON object a paper')
    .action(act(async (command) => await tail(command.optsWithGlobals(), io)));
  for (const setting of tailSettings()) tailing.addOption(setting);

  program
    .command('migrate')
    .description('apply pending migrations')
    .action(
      act(async (command) => {
        const options = command.optsWithGlobals<SharedOptions>();
        return await withDatabase(options, io, async (database) => await applyMigrations(database, io));
      }),
    );

  program
    .command('schema')
    .description('print the GraphQL schema')
    .action(act(() => printSdl(io)));
}

function collect(value: string, others: readonly string[] | undefined): string[] {
  return [...(others ?? []), value];
}

function version(): string {
  // The same path from src/cli and from dist/cli.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function explain(error: unknown, { stderr }: Io): number {
  // Commander has said what it had to say; help and version that were asked for are no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof Interrupted) return error.status;
  if (error instanceof UsageError || error instanceof DatabaseError || error instanceof ListenError) {
    stderr.write(`papergraph: ${error.message}\n`);
    return USAGE;
  }
  if (isPassing(error)) {
    stderr.write(`papergraph: no database any more: ${(error as Error).message}\n`);
    return USAGE;
  }
  stderr.write(`papergraph: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
