import type pg from 'pg';
import { SourceError, type DigestFile } from '../ingest/digest-file.ts';
import { findFiles, type World } from '../ingest/find-files.ts';
import { ingestFile, type IngestOptions } from '../ingest/ingest-file.ts';
import type { IngestReport } from '../ingest/report.ts';
import { describeProblem, describeReport } from './describe-report.ts';
import { progressBar } from './progress-bar.ts';

/** The flags of `papergraph ingest`, checked. */
export interface IngestFlags extends Pick<
  IngestOptions,
  'source' | 'date' | 'language' | 'dryRun' | 'strict'
> {
  /** Print one JSON object a file. */
  readonly json?: boolean | undefined;
}

/** Where the command prints. */
export interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * `papergraph ingest`: takes the sources in one after the other; reports go to stdout, problems to stderr. Gives the
 * exit status: 0 when all were taken, 1 when a source or an entry was refused. After `stop` no further file begins.
 */
export async function ingest(
  sources: readonly string[],
  flags: IngestFlags,
  { pool, world, output, stop }: { pool: pg.Pool; world: World; output: Output; stop: AbortSignal },
): Promise<number> {
  let refused = false;
  const bar = progressBar(output.stderr, flags.json !== true);
  for (const source of sources) {
    const files = await filesOf(source, world, output);
    refused ||= files.length === 0;
    for (const file of files) {
      if (stop.aborted) return 1;
      const report = await ingestFile(pool, file, { ...flags, progress: bar.start(file) });
      bar.stop();
      print(file, report, { flags, output });
      refused ||= report.status === 'REFUSED' || report.status === 'PARTIAL';
    }
  }
  return refused ? 1 : 0;
}

async function filesOf(source: string, world: World, { stderr }: Output): Promise<DigestFile[]> {
  try {
    return await findFiles(source, world);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    stderr.write(`${error.message}\n`);
    return [];
  }
}

function print(file: DigestFile, report: IngestReport, to: { flags: IngestFlags; output: Output }): void {
  const { flags, output } = to;
  for (const problem of report.problems) output.stderr.write(`${describeProblem(file.location, problem)}\n`);
  const dryRun = flags.dryRun === true ? ' [dry run, nothing stored]' : '';
  const line = flags.json === true ? JSON.stringify(report) : describeReport(file.location, report) + dryRun;
  output.stdout.write(`${line}\n`);
}
