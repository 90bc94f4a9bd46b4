import { Interrupted } from './cli/io.ts';
import { run } from './cli/program.ts';

const controller = new AbortController();

// The first signal ends what is in hand, the second one the program.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    if (controller.signal.aborted) process.exit(interrupted.status);
    controller.abort(interrupted);
  });
}

// After a failure that nobody caught nothing may be relied on but the way out.
process.on('uncaughtException', (error) => {
  if (controller.signal.aborted) process.exit(1);
  controller.abort(error);
});

// A reader that has seen enough (`papergraph schema | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { env, stdin, stdout, stderr } = process;
const io = { env, cwd: process.cwd(), stdin, stdout, stderr, stop: controller.signal };
const status = await run(process.argv.slice(2), io);
// What was written to a pipe may still be on its way.
stdout.write('', () => process.exit(status));
