import { found } from '../../reads/lookups.ts';
import type { DigestRow, IngestRunRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Digest, IngestRun } from '../refs.ts';
import { addEventFields, eventBatch, type Sent } from './event-batch.ts';

interface SentDigest extends Sent {
  readonly digest: DigestRow;
  readonly run: IngestRunRow;
}

/** What an ingest did to its digest. */
export const DigestEventKind = builder.enumType('DigestEventKind', {
  description: 'What an ingest did to its digest.',
  values: {
    ADDED: { description: 'Not in the store before.' },
    REVISED: { description: 'It was published again, or enriched by its other form.' },
  } as const,
});

const DigestEvent = builder.objectRef<SentDigest>('DigestEvent').implement({
  description: 'What one ingest did to its digest. Comes after the events of all its papers.',
  fields: (t) => ({
    kind: t.field({
      type: DigestEventKind,
      description: 'What was done.',
      resolve: ({ event }) => event.kind as 'ADDED' | 'REVISED',
    }),
    digest: t.field({
      type: Digest,
      description: 'As it stands when sent.',
      resolve: ({ digest }) => digest,
    }),
    run: t.field({ type: IngestRun, description: 'The ingest.', resolve: ({ run }) => run }),
  }),
});
addEventFields(DigestEvent);

/** A part of the feed: events of digests. */
export const DigestEventBatch = eventBatch('DigestEventBatch', DigestEvent, show);

async function show(sent: Sent, { reads }: Context): Promise<SentDigest | undefined> {
  const digest = await reads.digestById(sent.event.digestId);
  return digest === null
    ? undefined
    : { ...sent, digest, run: found(await reads.ingestRunById(sent.event.runId)) };
}
