import type { DigestEvent } from '../../events/event.ts';
import { found } from '../../reads/lookups.ts';
import type { DigestRow, IngestRunRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Digest, IngestRun } from '../refs.ts';
import { addEventFields, eventBatch, type Sent } from './event-batch.ts';

/** An event with the rows that its fields show. */
interface SentDigest extends Sent {
  readonly event: DigestEvent;
  readonly digest: DigestRow;
  readonly run: IngestRunRow;
}

/** Kinds of events of digests. */
export const DigestEventKind = builder.enumType('DigestEventKind', {
  description: 'How an ingest changed its digest.',
  values: {
    ADDED: { description: 'The digest was not in the store before.' },
    REVISED: {
      description: 'The digest was published again, or enriched by its other form (Markdown or JSONL).',
    },
  } as const,
});

const DigestEvent = builder.objectRef<SentDigest>('DigestEvent').implement({
  description:
    'A change that an ingest made to its digest. In the feed, it follows all paper events of that ingest.',
  fields: (t) => ({
    kind: t.field({
      type: DigestEventKind,
      description: 'How the ingest changed the digest.',
      resolve: ({ event }) => event.kind,
    }),
    digest: t.field({
      type: Digest,
      description: 'The digest, in the state that it has when the event is sent.',
      resolve: ({ digest }) => digest,
    }),
    run: t.field({
      type: IngestRun,
      description: 'Ingest run that caused the event.',
      resolve: ({ run }) => run,
    }),
  }),
});
addEventFields(DigestEvent);

/** The type of batches of digest events. */
export const DigestEventBatch = eventBatch('DigestEventBatch', DigestEvent, show);

/**
 * Reads an event's digest and run; undefined if the digest has been removed since. `remove` keeps runs, so
 * that of an event is always found.
 */
async function show(sent: Sent, { reads }: Context): Promise<SentDigest | undefined> {
  const { event } = sent;
  if (event.topic !== 'DIGEST') return undefined;
  const digest = await reads.digestById(event.digestId);
  return digest === null
    ? undefined
    : { ...sent, event, digest, run: found(await reads.ingestRunById(event.runId)) };
}
