import { ingestRuns, problemsOfRun } from '../../reads/lists/ingest-runs.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import type { IngestRunRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { Node } from '../node.ts';
import { Digest, IngestProblem, IngestProblems, IngestRun, IngestRuns } from '../refs.ts';

const IngestStatus = builder.enumType('IngestStatus', {
  description: 'What came of one attempt to take in one file.',
  values: {
    STORED: { description: 'All of it was taken.' },
    UNCHANGED: {
      description:
        "The bytes of the digest's latest file of that form; or an empty file. Also those of its latest file of that form and dated name.",
    },
    PARTIAL: { description: 'Some entries were refused.' },
    REFUSED: { description: 'Nothing was stored.' },
  } as const,
});

const IngestSeverity = builder.enumType('IngestSeverity', {
  description: 'How much a problem cost.',
  values: {
    WARNING: { description: 'Nothing was lost.' },
    REJECTED: { description: 'An entry, or the file, was refused.' },
  } as const,
});

IngestProblem.implement({
  description: 'One thing that was wrong with a file.',
  fields: (t) => ({
    severity: t.expose('severity', { type: IngestSeverity, description: 'Whether something was refused.' }),
    line: t.exposeInt('line', { nullable: true, description: 'Of the file, from 1.' }),
    arxivId: t.exposeString('arxivId', {
      nullable: true,
      description: 'Of the entry, where it was legible.',
    }),
    message: t.exposeString('message', { description: 'What was expected and what came.' }),
  }),
});

const idOf = ({ id }: IngestRunRow): string => nodeId('IngestRun', id);

IngestRun.implement({
  description: 'One attempt to take in one file.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Drawn by lot for each run.', resolve: idOf }),
    status: t.expose('status', { type: IngestStatus, description: 'What came of it.' }),
    origin: t.exposeString('origin', {
      nullable: true,
      description: 'File name or URL, without folders, credentials or query.',
    }),
    digest: t.field({
      type: Digest,
      nullable: true,
      description: 'The digest that the file is of; null where none was stored, or it was taken out again.',
      resolve: async ({ digestId: id }, _args, { reads }) =>
        id === null ? null : await reads.digestById(id),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
    entries: t.exposeInt('entries', { description: 'Good entries in the file.' }),
    papersAdded: t.exposeInt('papersAdded', { description: 'Papers new to the store.' }),
    papersRevised: t.exposeInt('papersRevised', {
      description: 'Papers of which a field of their own changed.',
    }),
    summariesAdded: t.exposeInt('summariesAdded', { description: 'New summaries with text.' }),
    unchanged: t.exposeInt('unchanged', { description: 'Entries that changed nothing.' }),
    rejected: t.exposeInt('rejected', { description: 'Entries that were refused.' }),
    problems: t.field({
      type: IngestProblems.page,
      description: "In the file's order.",
      args: pageArgs,
      resolve: async (run, args, context, info) => {
        const parent = { id: run.id, nodeId: idOf(run) };
        return await resolvePage(problemsOfRun, { args, context, info, parent });
      },
    }),
  }),
});

builder.queryFields((t) => ({
  ingestRuns: t.field({
    type: IngestRuns.page,
    description: 'Newest first.',
    args: pageArgs,
    resolve: async (_root, args, context, info) => await resolvePage(ingestRuns, { args, context, info }),
  }),
}));
