// Runs one benchmark on the built program: npm run bench -- [NAME] [OPTIONS]. Without a name, `queries`.
const BENCHMARKS: Readonly<Record<string, () => Promise<{ run: (argv: string[]) => Promise<void> }>>> = {
  queries: async () => await import('./queries.ts'),
  'ingest-memory': async () => await import('./ingest-memory.ts'),
  'query-plans': async () => await import('./query-plans.ts'),
  'fan-out': async () => await import('./fan-out.ts'),
  'slow-reader': async () => await import('./slow-reader.ts'),
};

const argv = process.argv.slice(2);
const name = argv[0] === undefined || argv[0].startsWith('-') ? 'queries' : argv.shift();
const load = BENCHMARKS[name ?? ''];
if (load === undefined)
  throw new Error(`expected one of ${Object.keys(BENCHMARKS).join(', ')}, got ${String(name)}`);
const { run } = await load();
await run(argv);
