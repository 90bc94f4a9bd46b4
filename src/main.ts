import { Interrupted, OutputLost } from './cli/io.ts';
import { run } from './cli/program.ts';

const { env, stdin, stdout, stderr } = process;
const controller = new AbortController();
let ended = false;
/**
 * Exit status of a failure outside the command's own code. It can happen even after the command has ended.
 */
let failure: number | undefined;

// The first signal lets the command end in order. The second one ends the program immediately.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    if (controller.signal.aborted) process.exit(interrupted.status);
    controller.abort(interrupted);
  });
}

// After an uncaught exception the state of the process is unknown, so the only safe step is to end it.
process.on('uncaughtException', (error) => {
  failure = 1;
  if (ended) stderr.write(`papergraph: ${error.stack ?? error.message}\n`);
  if (ended || controller.signal.aborted) process.exit(failure);
  controller.abort(error);
});

stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that closes the pipe early (`papergraph schema | head`) is no failure.
  if (error.code === 'EPIPE' || failure !== undefined) return;
  const lost = new OutputLost(`cannot write to standard output: ${error.message}`, { cause: error });
  failure = lost.status;
  stderr.write(`papergraph: ${lost.message}\n`);
  controller.abort(lost);
});
// A closed stderr must not end the program: an unhandled `error` event would.
stderr.on('error', () => {});

const io = { env, cwd: process.cwd(), stdin, stdout, stderr, stop: controller.signal };
const status = await run(process.argv.slice(2), io);
ended = true;
// Writes to a pipe are asynchronous: wait until the last one has been flushed.
stdout.write('', () => process.exit(failure ?? status));
