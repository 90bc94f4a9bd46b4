import type { EntryRow, PaperRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { DigestEntry, Paper } from '../refs.ts';
import { addEventFields, eventBatch, type Sent } from './event-batch.ts';

interface SentPaper extends Sent {
  readonly paper: PaperRow;
  readonly entry: EntryRow;
}

/** What an ingest did to a paper. */
export const PaperEventKind = builder.enumType('PaperEventKind', {
  description: 'An ingest gives a paper at most one event: the first kind below that applies.',
  values: {
    ADDED: { description: 'Not in the store before.' },
    REVISED: {
      description:
        'A field of its own changed, enrichment by a richer source and `codeUrl` included; not `codeStars`, `codeUpdatedOn`.',
    },
    SUMMARIZED: { description: 'A new summary with text.' },
    LISTED: { description: 'It stands in one more digest; nothing else is new.' },
  } as const,
});

const PaperEvent = builder.objectRef<SentPaper>('PaperEvent').implement({
  description: 'What one ingest did to one paper.',
  fields: (t) => ({
    kind: t.field({
      type: PaperEventKind,
      description: 'What was done.',
      resolve: ({ event }) => event.kind,
    }),
    paper: t.field({
      type: Paper,
      description: 'As it stands when sent, never older than the event.',
      resolve: ({ paper }) => paper,
    }),
    entry: t.field({
      type: DigestEntry,
      description:
        'What caused the event (of several, the first with text, else the first); its summary is the one published then.',
      resolve: ({ entry }) => entry,
    }),
  }),
});
addEventFields(PaperEvent);

/** A part of the feed: events of papers. */
export const PaperEventBatch = eventBatch('PaperEventBatch', PaperEvent, show);

async function show(sent: Sent, { reads }: Context): Promise<SentPaper | undefined> {
  const { paperId, entryId } = sent.event;
  if (paperId === null || entryId === null) return undefined;
  const [paper, entry] = await Promise.all([reads.paperById(paperId), reads.entryById(entryId)]);
  return paper === null || entry === null ? undefined : { ...sent, paper, entry };
}
