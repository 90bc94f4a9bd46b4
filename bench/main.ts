// Measures the built program, and writes what was measured into docs/benchmarks.md, each benchmark into its section:
//
//   npm run bench [-- NAME [OPTIONS]]
//   npm run bench -- --scale
//
// Without a name, it runs all benchmarks of EACH_TIME one after the other; with --scale also `growth`, which takes hours.
import type { Benchmark } from './support/benchmark.ts';
import { writeSection } from './support/document.ts';

/** Benchmarks by name, in the order of the document. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  reads: async () => (await import('./reads.ts')).reads,
  repeated: async () => (await import('./repeated.ts')).repeated,
  ingest: async () => await import('./ingest.ts'),
  start: async () => (await import('./start.ts')).start,
  growth: async () => (await import('./growth.ts')).growth,
  profile: async () => (await import('./profile.ts')).profile,
  'fan-out': async () => (await import('./fan-out.ts')).fanOut,
  'slow-reader': async () => (await import('./slow-reader.ts')).slowReader,
  'ingest-memory': async () => (await import('./ingest-memory.ts')).ingestMemory,
  'query-plans': async () => (await import('./query-plans.ts')).queryPlans,
  queries: async () => (await import('./queries.ts')).queries,
  prices: async () => (await import('./prices.ts')).prices,
};

/** What `npm run bench` runs, and its options: all that takes minutes. */
const EACH_TIME: readonly (readonly [name: string, ...options: string[]])[] = [
  ['reads'],
  ['repeated'],
  ['ingest'],
  ['start'],
  ['fan-out'],
];

const [name = '--all', ...options] = process.argv.slice(2);
if (name === '--all' || name === '--scale') {
  for (const [each, ...its] of EACH_TIME) await measure(each, its);
  if (name === '--scale') await measure('growth', options);
} else if (name === '--help') {
  for (const [each, load] of Object.entries(BENCHMARKS)) console.log(`${each}: ${(await load()).about}`);
} else await measure(name, options);

async function measure(benchmark: string, its: readonly string[]): Promise<void> {
  const load = BENCHMARKS[benchmark];
  if (load === undefined)
    throw new Error(`expected one of ${Object.keys(BENCHMARKS).join(', ')}, got ${benchmark}`);
  const { run } = await load();
  const section = await run(its);
  console.log(await writeSection({ name: benchmark, argv: its, section }));
}
