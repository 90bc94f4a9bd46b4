import type { EventChoice } from '../../feed/event-choice.ts';
import type { Batch } from '../../events/event.ts';
import { encodeFeedCursor } from '../../events/feed-cursor.ts';
import type { FeedPosition } from '../../feed/start-position.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { refusing } from '../errors.ts';
import { DigestFilter, PaperFilter } from '../inputs.ts';
import { DigestEventBatch, DigestEventKind } from './digest-event.ts';
import { PaperEventBatch, PaperEventKind } from './paper-event.ts';

const FeedStart = builder.enumType('FeedStart', {
  description: 'Where in the feed to start if `after` is absent.',
  values: {
    NOW: { description: 'After all events committed so far.' },
    OLDEST: { description: 'At the oldest event within the retention period.' },
  } as const,
});

// The defaults of `kinds` below are written out, not derived from the enums: a kind that is added to an enum
// must not reach clients that do not know it.
const KINDS =
  'Returns only events of these kinds; all current kinds by default. New kinds never join the default.';

const positionArgs = builder.args((t) => ({
  after: t.field({
    type: 'FeedCursor',
    description: `Returns only events after this cursor. Takes precedence over \`start\`. A cursor that
cannot be resumed is CURSOR_INVALID or CURSOR_EXPIRED.`,
  }),
  start: t.field({
    type: FeedStart,
    required: true,
    defaultValue: 'NOW',
    description: 'Where to start if `after` is absent; NOW by default.',
  }),
  first: t.int({
    required: true,
    defaultValue: 50,
    description:
      'Returns up to n events per batch: 1 to 100, 50 by default. Any other number is BAD_USER_INPUT.',
  }),
}));

const paperEventArgs = builder.args((t) => ({
  filter: t.field({
    type: PaperFilter,
    description: `Returns only events of papers that match this filter, in the state that the ingest left
them in. All papers if absent.`,
  }),
  kinds: t.field({
    type: [PaperEventKind],
    required: true,
    defaultValue: ['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED'],
    description: KINDS,
  }),
  ...positionArgs,
}));

const digestEventArgs = builder.args((t) => ({
  filter: t.field({
    type: DigestFilter,
    description: 'Returns only events of digests that match this filter; all digests if absent.',
  }),
  kinds: t.field({
    type: [DigestEventKind],
    required: true,
    defaultValue: ['ADDED', 'REVISED'],
    description: KINDS,
  }),
  ...positionArgs,
}));

/** Reads one batch for a client that polls. */
async function page(choice: EventChoice, position: FeedPosition, { feed }: Context): Promise<Batch> {
  return await refusing(async () => await feed.page(choice, position));
}

/**
 * A stream of batches. The cursor that EventSource sends when it reconnects takes precedence over `after`:
 * the browser repeats the first request, arguments included.
 */
async function follow(choice: EventChoice, position: FeedPosition, { live, caller }: Context) {
  if (live === undefined) throw new Error('this server has no live feed');
  const after = caller.resumeAfter ?? position.after;
  return await refusing(async () => await live.subscribe(choice, { ...position, after }));
}

builder.queryFields((t) => ({
  feedCursor: t.field({
    type: 'FeedCursor',
    description: `Cursor of the head of the feed, read before every other field of the operation: the answer
includes all events up to it. To keep a list up to date, read this cursor with the first page and subscribe
after it. Events that the list already shows may come again; none is missing.`,
    resolve: async (_root, _args, context) => {
      const { epoch, head } = await context.version();
      return encodeFeedCursor(epoch, head);
    },
  }),
  feed: t.field({
    type: PaperEventBatch,
    description: `Returns one batch of events of papers, for clients that poll. Arguments and payload are
those of the subscription \`paperIngested\`.`,
    args: paperEventArgs,
    resolve: async (_root, { filter, kinds, ...position }, context) =>
      await page({ topic: 'PAPER', filter, kinds }, position, context),
  }),
  digestFeed: t.field({
    type: DigestEventBatch,
    description: `Returns one batch of events of digests, for clients that poll. Arguments and payload are
those of the subscription \`digestIngested\`.`,
    args: digestEventArgs,
    resolve: async (_root, { filter, kinds, ...position }, context) =>
      await page({ topic: 'DIGEST', filter, kinds }, position, context),
  }),
}));

// A batch is executed once for all subscribers that select the same fields of it (see the room `live`).
// Resolvers below these fields must therefore depend on the batch and the arguments alone, never on the
// caller.
builder.subscriptionType({
  description:
    'Root of all subscriptions. Each sends the events of the feed from now on, or resumes from a cursor.',
  fields: (t) => ({
    paperIngested: t.field({
      type: PaperEventBatch,
      description: `Sends batches of events of papers: new ones, changes, new summaries. The first batch
is sent immediately and has a cursor, even if it has no events. If the feed moves on without a match, an empty
batch advances the cursor within 30 seconds. To resume after a disconnect, pass the last cursor as
\`after\`. \`after\` takes precedence over \`start\`, and the header Last-Event-ID of SSE over both.
A client receives only the kinds in \`kinds\`: new kinds never join its default, so old clients keep
working.`,
      args: paperEventArgs,
      subscribe: async (_root, { filter, kinds, ...position }, context) =>
        await follow({ topic: 'PAPER', filter, kinds }, position, context),
      resolve: (sent) => sent,
    }),
    digestIngested: t.field({
      type: DigestEventBatch,
      description: `Sends batches of events of digests: new ones and new revisions. Batches, cursors and
arguments work as in \`paperIngested\`.`,
      args: digestEventArgs,
      subscribe: async (_root, { filter, kinds, ...position }, context) =>
        await follow({ topic: 'DIGEST', filter, kinds }, position, context),
      resolve: (sent) => sent,
    }),
  }),
});
