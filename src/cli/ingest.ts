import { SourceError, type DigestFile } from '../sources/digest-file.ts';
import { findFiles, type FindOptions } from '../sources/find-files.ts';
import type { IngestReport } from '../ingest/runs/report.ts';
import { describeProblem, describeReport } from './describe-report.ts';
import { ingestInOrder, type IngestFlags, type IngestTools, type Output } from './ingest-in-order.ts';
import { IngestSummary } from './ingest-summary.ts';

/**
 * `papergraph ingest`: ingests the sources one after the other. Reports go to stdout, problems to stderr; a
 * last line sums up several files. Returns the exit status: 0 if all were accepted, 1 if a source or an
 * entry was refused. After `stop`, a file that is still being read is dropped, and one that is already being
 * stored is finished; stderr then names the files that were not stored.
 */
export async function ingest(
  sources: readonly string[],
  flags: IngestFlags,
  tools: IngestTools,
): Promise<number> {
  const { output } = tools;
  const summary = new IngestSummary();
  const files = await findAll(sources, tools, summary);
  const left = new Set(files);
  try {
    for await (const { file, report } of ingestInOrder(files, flags, tools)) {
      left.delete(file);
      summary.add(file.location, report.status);
      print(file, report, { flags, output });
    }
  } finally {
    // If a single file fails, its error says it all. After an interruption, nothing else has been printed.
    const unsaid = files.length > 1 || tools.stop.aborted ? [...left] : [];
    conclude(
      summary,
      unsaid.map(({ location }) => location),
      { flags, output },
    );
  }
  return summary.complete && left.size === 0 ? 0 : 1;
}

/** The files of all sources. A source without files counts as refused. */
async function findAll(
  sources: readonly string[],
  { world, output }: IngestTools,
  summary: IngestSummary,
): Promise<DigestFile[]> {
  const files: DigestFile[] = [];
  for (const source of sources) {
    const found = await filesOf(source, world, output);
    if (found.length === 0) summary.add(source, 'REFUSED');
    files.push(...found);
  }
  return files;
}

async function filesOf(source: string, world: FindOptions, { stderr }: Output): Promise<DigestFile[]> {
  try {
    const note = (message: string): void => void stderr.write(`${source}: ${message}\n`);
    return await findFiles(source, { ...world, note });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    stderr.write(`${error.message}\n`);
    return [];
  }
}

interface Printing {
  readonly flags: IngestFlags;
  readonly output: Output;
}

function print(file: DigestFile, report: IngestReport, { flags, output }: Printing): void {
  for (const problem of report.problems) output.stderr.write(`${describeProblem(file.location, problem)}\n`);
  const dryRun = flags.dryRun === true ? ' [dry run, nothing stored]' : '';
  const line = flags.json === true ? JSON.stringify(report) : describeReport(file.location, report) + dryRun;
  output.stdout.write(`${line}\n`);
}

/** Prints the last lines. With `--json` they go to stderr, so that stdout contains only JSON. */
function conclude(summary: IngestSummary, left: readonly string[], { flags, output }: Printing): void {
  const { stdout, stderr } = output;
  for (const line of summary.losses()) stderr.write(`${line}\n`);
  const total = summary.total();
  if (left.length > 0) stderr.write(`${summary.interrupted(left)}\n`);
  else if (total !== undefined) (flags.json === true ? stderr : stdout).write(`${total}\n`);
}
