import type { EventChoice } from '../../feed/event-filter.ts';
import type { Batch } from '../../events/event.ts';
import type { FeedPosition } from '../../feed/feed-reads.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { refusing } from '../errors.ts';
import { DigestFilter, PaperFilter } from '../inputs.ts';
import { DigestEventBatch, DigestEventKind } from './digest-event.ts';
import { PaperEventBatch, PaperEventKind } from './paper-event.ts';

const FeedStart = builder.enumType('FeedStart', {
  description: 'Where in the feed to start without a cursor.',
  values: {
    NOW: { description: 'After all that is committed.' },
    OLDEST: { description: 'The oldest event that retention kept.' },
  } as const,
});

const positionArgs = builder.args((t) => ({
  after: t.field({ type: 'FeedCursor', description: 'Only what came after it; wins over `start`.' }),
  start: t.field({
    type: FeedStart,
    required: true,
    defaultValue: 'NOW',
    description: 'Where to start without a cursor.',
  }),
  first: t.int({ required: true, defaultValue: 50, description: 'Most events of a batch: 1 to 100.' }),
}));

const paperEventArgs = builder.args((t) => ({
  filter: t.field({
    type: PaperFilter,
    description: 'Selects papers, as their ingest left them; all papers if absent.',
  }),
  kinds: t.field({
    type: [PaperEventKind],
    required: true,
    defaultValue: ['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED'],
    description: 'Which events. New kinds never join the default.',
  }),
  ...positionArgs,
}));

const digestEventArgs = builder.args((t) => ({
  filter: t.field({ type: DigestFilter, description: 'Selects digests; all digests if absent.' }),
  kinds: t.field({
    type: [DigestEventKind],
    required: true,
    defaultValue: ['ADDED', 'REVISED'],
    description: 'Which events. New kinds never join the default.',
  }),
  ...positionArgs,
}));

async function page(choice: EventChoice, position: FeedPosition, { feed }: Context): Promise<Batch> {
  return await refusing(async () => await feed.page(choice, position));
}

async function follow(choice: EventChoice, position: FeedPosition, { live, caller }: Context) {
  if (live === undefined) throw new Error('no live feed here');
  const after = caller.resumeAfter ?? position.after;
  return await refusing(async () => await live.subscribe(choice, { ...position, after }));
}

builder.queryFields((t) => ({
  feedCursor: t.field({
    type: 'FeedCursor',
    description: `Read before every other field of the operation: all events up to it are in this answer. Subscribe after the one that
came with page one; events that the list already shows may come again, none is missing.`,
    resolve: async (_root, _args, context) => await (context.feedCursor ?? context.feed.cursor()),
  }),
  feed: t.field({
    type: PaperEventBatch,
    description:
      'One page of what `paperIngested` sends: same arguments, same payload, for clients that poll.',
    args: paperEventArgs,
    resolve: async (_root, { filter, kinds, ...position }, context) =>
      await page({ topic: 'PAPER', filter, kinds }, position, context),
  }),
  digestFeed: t.field({
    type: DigestEventBatch,
    description:
      'One page of what `digestIngested` sends: same arguments, same payload, for clients that poll.',
    args: digestEventArgs,
    resolve: async (_root, { filter, kinds, ...position }, context) =>
      await page({ topic: 'DIGEST', filter, kinds }, position, context),
  }),
}));

builder.subscriptionType({
  description: 'What comes in from now on, or from a cursor on.',
  fields: (t) => ({
    paperIngested: t.field({
      type: PaperEventBatch,
      description: `\`after\` wins over \`start\`; SSE's Last-Event-ID wins over both. The first message comes at once and carries a cursor, if
need be with no events; when the feed moves without a match, an empty message advances the cursor within 30 seconds.
Resume after the last cursor received. \`kinds\` fixes what an old client can meet: new kinds never join the default.`,
      args: paperEventArgs,
      subscribe: async (_root, { filter, kinds, ...position }, context) =>
        await follow({ topic: 'PAPER', filter, kinds }, position, context),
      resolve: (sent) => sent,
    }),
    digestIngested: t.field({
      type: DigestEventBatch,
      description: 'As `paperIngested`, of digests.',
      args: digestEventArgs,
      subscribe: async (_root, { filter, kinds, ...position }, context) =>
        await follow({ topic: 'DIGEST', filter, kinds }, position, context),
      resolve: (sent) => sent,
    }),
  }),
});
