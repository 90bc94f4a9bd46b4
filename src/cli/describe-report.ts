import type { IngestReport, Problem } from '../ingest/runs/report.ts';

/** The outcome of a file as one line of text. `location` is the file as the user named it. */
export function describeReport(location: string, report: IngestReport): string {
  const { status, digest, entries, papersAdded, papersRevised, summariesAdded } = report;
  if (digest === null)
    return `${location}: ${status === 'REFUSED' ? 'refused, nothing stored' : 'empty, nothing changed'}`;
  const { source, date, language, revision } = digest;
  const name = `${source} ${date} ${language ?? '(raw listing)'}, revision ${revision}`;
  const done =
    status === 'UNCHANGED'
      ? `${entries} entries, unchanged`
      : `${entries} entries: ${papersAdded} papers added, ${papersRevised} revised, ` +
        `${summariesAdded} summaries added; ` +
        `${report.changed} changed, ${report.unchanged} unchanged, ${report.rejected} rejected`;
  return `${location}: ${name}: ${done} (${(report.durationMs / 1000).toFixed(1)} s)`;
}

/** A problem of a file as one line of text: place, severity and message. */
export function describeProblem(location: string, { severity, line, arxivId, message }: Problem): string {
  const place = [location, ...(line === null ? [] : [String(line)])].join(':');
  const kind = severity === 'REJECTED' ? 'rejected' : 'warning';
  return `${place}: ${kind}: ${arxivId === null ? '' : `${arxivId}: `}${message}`;
}
