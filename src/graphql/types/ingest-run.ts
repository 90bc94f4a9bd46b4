import { ingestRuns, problemsOfRun } from '../../reads/lists/ingest-runs.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import type { IngestRunRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { Node } from '../node.ts';
import { Digest, IngestProblem, IngestProblems, IngestRun, IngestRuns } from '../refs.ts';

/** The statuses that the database stores, with their meaning for a client. */
const IngestStatus = builder.enumType('IngestStatus', {
  description: 'Outcome of one attempt to ingest one file.',
  values: {
    STORED: { description: 'Every entry was accepted.' },
    UNCHANGED: {
      description: `Nothing changed: the file is empty, or its bytes equal the digest's latest file of the
same form (Markdown or JSONL), or its latest file of the same form and dated name.`,
    },
    PARTIAL: { description: 'Some entries were rejected; the others were accepted.' },
    REFUSED: { description: 'The whole file was refused and nothing was stored.' },
  } as const,
});

/** The severities that the database stores. */
const IngestSeverity = builder.enumType('IngestSeverity', {
  description: 'How severe a problem is.',
  values: {
    WARNING: { description: 'Nothing was rejected because of it.' },
    REJECTED: { description: 'The entry, or the whole file, was rejected because of it.' },
  } as const,
});

IngestProblem.implement({
  description: 'A problem that an ingest found in a file.',
  fields: (t) => ({
    severity: t.expose('severity', {
      type: IngestSeverity,
      description: 'Whether the problem caused a rejection or is a warning.',
    }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'Line of the file, from 1. Null if the problem concerns no single line.',
    }),
    arxivId: t.exposeString('arxivId', {
      nullable: true,
      description: 'arXiv id of the entry. Null if it could not be read.',
    }),
    message: t.exposeString('message', { description: 'What was expected and what was found, in English.' }),
  }),
});

/** A run has no natural key: two runs of one file are two runs. Its id contains its UUID. */
const idOf = ({ id }: IngestRunRow): string => nodeId('IngestRun', id);

IngestRun.implement({
  description: 'One attempt to ingest one file.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque id for the query `node`, random for each run.', resolve: idOf }),
    status: t.expose('status', { type: IngestStatus, description: 'Outcome of the run.' }),
    origin: t.exposeString('origin', {
      nullable: true,
      description: 'Name or URL of the file, without folders, credentials or query. Null if it has none.',
    }),
    digest: t.field({
      type: Digest,
      nullable: true,
      description:
        'Digest that the file belongs to. Null if none was stored, or if it has been removed since.',
      resolve: ({ digestId: id }, _args, { reads }) => (id === null ? null : reads.digestById(id)),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the run started.' }),
    durationMs: t.exposeInt('durationMs', { description: 'Duration of the run in milliseconds.' }),
    // `entries` = changed + `unchanged`; `rejected` comes on top. docs/digest-format.md defines the counts.
    entries: t.exposeInt('entries', { description: 'Number of valid entries in the file.' }),
    papersAdded: t.exposeInt('papersAdded', { description: 'Number of papers that were new to the store.' }),
    papersRevised: t.exposeInt('papersRevised', {
      description: 'Number of papers with a change to one of their own fields, such as `title`.',
    }),
    summariesAdded: t.exposeInt('summariesAdded', { description: 'Number of new summaries with text.' }),
    unchanged: t.exposeInt('unchanged', { description: 'Number of valid entries that changed nothing.' }),
    rejected: t.exposeInt('rejected', { description: 'Number of entries that were rejected.' }),
    problems: t.field({
      type: IngestProblems.page,
      description: `Problems in the order of the file. At most the first 1,000 are kept; if there were more, a
final warning counts them.`,
      args: pageArgs,
      resolve: (run, args, context, info) =>
        resolvePage(problemsOfRun, { args, context, info, parent: new RowParent(run, idOf) }),
    }),
  }),
});

builder.queryFields((t) => ({
  ingestRuns: t.field({
    type: IngestRuns.page,
    description: 'Ingest runs, newest first.',
    args: pageArgs,
    resolve: (_root, args, context, info) => resolvePage(ingestRuns, { args, context, info }),
  }),
}));
