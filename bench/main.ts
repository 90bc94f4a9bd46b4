// Runs benchmarks on the built program: npm run bench -- [NAME] [OPTIONS]. Without a name, all of them, one after the other. Writes
// what they measured into docs/benchmarks.md, each into its section.
import type { Benchmark } from './support/benchmark.ts';
import { printSection } from './support/document.ts';

/** Benchmarks by name, in the order of the document. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  reads: async () => await import('./reads.ts'),
  repeated: async () => await import('./repeated.ts'),
  ingest: async () => await import('./ingest.ts'),
};

const argv = process.argv.slice(2);
const name = argv.shift() ?? '';
const load = BENCHMARKS[name];
if (load === undefined) throw new Error(`expected one of ${Object.keys(BENCHMARKS).join(', ')}, got ${name}`);
const { run } = await load();
printSection(await run(argv));
