// Preloaded into a server process (`node --import`). At each SIGUSR2 it writes a line with the resources that
// the process holds. It is JavaScript, because Node 20 does not load TypeScript.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call */
/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-argument */
import { readdirSync } from 'node:fs';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// V8 compiles a function after some runs. The code is part of the heap: it would look like a leak.
const FLAGS = ['no-opt', 'no-sparkplug', 'no-lazy-feedback-allocation', 'no-flush-bytecode', 'expose-gc'];
for (const flag of FLAGS) setFlagsFromString(`--${flag}`);
const collectGarbage = runInNewContext('gc');

// The server loads the same module, and thereby the same class.
const subscriptionModule = new URL('../../dist/feed/subscription.js', import.meta.url).href;
const { Subscription } = await import(subscriptionModule);

let reports = 0;
process.on('SIGUSR2', () => {
  reports += 1;
  // Twice: finalizers of the first collection free more.
  collectGarbage();
  collectGarbage();
  const holdings = {
    heap: process.memoryUsage().heapUsed,
    files: readdirSync('/proc/self/fd').length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    // Walks the whole heap, which takes seconds on a busy machine: do not add more classes.
    subscriptions: queryObjects(Subscription, { format: 'count' }),
  };
  process.stdout.write(`holdings ${reports}: ${JSON.stringify(holdings)}\n`);
});
