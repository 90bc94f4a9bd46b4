import { Interrupted, OutputLost } from './cli/io.ts';
import { run } from './cli/program.ts';

const { env, stdin, stdout, stderr } = process;
const controller = new AbortController();
let ended = false;
/** Exit status of a failure outside the command's own code, perhaps after the command has ended. */
let failure: number | undefined;

// The first signal ends what is in hand, the second one the program.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    if (controller.signal.aborted) process.exit(interrupted.status);
    controller.abort(interrupted);
  });
}

// After a failure that nobody caught, the only reliable step is to end.
process.on('uncaughtException', (error) => {
  failure = 1;
  if (ended) stderr.write(`papergraph: ${error.stack ?? error.message}\n`);
  if (ended || controller.signal.aborted) process.exit(failure);
  controller.abort(error);
});

stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`papergraph schema | head`) is no failure.
  if (error.code === 'EPIPE' || failure !== undefined) return;
  const lost = new OutputLost(`cannot write to standard output: ${error.message}`, { cause: error });
  failure = lost.status;
  stderr.write(`papergraph: ${lost.message}\n`);
  controller.abort(lost);
});
// A program whose messages nobody reads any more still does its work.
stderr.on('error', () => {});

const io = { env, cwd: process.cwd(), stdin, stdout, stderr, stop: controller.signal };
const status = await run(process.argv.slice(2), io);
ended = true;
// What was written to a pipe may still be on its way.
stdout.write('', () => process.exit(failure ?? status));
