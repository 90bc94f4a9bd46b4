import type { EntryRow, PaperRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { DigestEntry, Paper } from '../refs.ts';
import { addEventFields, eventBatch, type Sent } from './event-batch.ts';

/** An event with the rows that its fields show. */
interface SentPaper extends Sent {
  readonly paper: PaperRow;
  readonly entry: EntryRow;
}

/** Kinds of events of papers. */
export const PaperEventKind = builder.enumType('PaperEventKind', {
  description: `How an ingest changed a paper. An ingest sends at most one event per paper, of the first
kind that applies: ADDED, REVISED, SUMMARIZED, LISTED.`,
  values: {
    ADDED: { description: 'The paper was not in the store before.' },
    REVISED: {
      description: `One of the paper's own fields changed, such as \`title\`. A richer source or a new
\`codeUrl\` counts; \`codeStars\` and \`codeUpdatedOn\` do not.`,
    },
    SUMMARIZED: { description: 'A digest published a new summary with text.' },
    LISTED: { description: 'One more digest contains the paper; nothing else is new.' },
  } as const,
});

const PaperEvent = builder.objectRef<SentPaper>('PaperEvent').implement({
  description: 'A change that one ingest made to one paper.',
  fields: (t) => ({
    kind: t.field({
      type: PaperEventKind,
      description: 'How the ingest changed the paper.',
      resolve: ({ event }) => event.kind,
    }),
    paper: t.field({
      type: Paper,
      description: 'The paper, in the state that it has when the event is sent: never older than the event.',
      resolve: ({ paper }) => paper,
    }),
    entry: t.field({
      type: DigestEntry,
      description: `Digest entry that caused the event. If several did, it is the first with AI text, else the
first. Its summary is the one published at that time.`,
      resolve: ({ entry }) => entry,
    }),
  }),
});
addEventFields(PaperEvent);

/** The type of batches of paper events. */
export const PaperEventBatch = eventBatch('PaperEventBatch', PaperEvent, show);

/** Reads an event's paper and entry; undefined if either has been removed since. */
async function show(sent: Sent, { reads }: Context): Promise<SentPaper | undefined> {
  const { paperId, entryId } = sent.event;
  if (paperId === null || entryId === null) return undefined;
  // Both loaders batch: the events of a batch take two statements in all.
  const [paper, entry] = await Promise.all([reads.paperById(paperId), reads.entryById(entryId)]);
  return paper === null || entry === null ? undefined : { ...sent, paper, entry };
}
