import type { ObjectRef } from '@pothos/core';
import { encodeFeedCursor } from '../../events/feed-cursor.ts';
import type { Batch, FeedEvent } from '../../events/event.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';

type Types = typeof builder.$inferSchemaTypes;

/** An event, with the epoch that its cursor needs. */
export interface Sent {
  readonly event: FeedEvent;
  readonly epoch: string;
}

/** Adds the fields that paper events and digest events share. */
export function addEventFields<Event extends Sent>(type: ObjectRef<Types, Event>): void {
  builder.objectFields(type, (t) => ({
    cursor: t.field({
      type: 'FeedCursor',
      description: 'Cursor of this event. Pass it as `after` to resume right after this event.',
      resolve: ({ epoch, event }) => encodeFeedCursor(epoch, event.position),
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When the event was stored. Never decreases along the feed.',
      resolve: ({ event }) => event.occurredAt,
    }),
  }));
}

/** Reads the rows that an event's fields need; undefined if one of them does not exist any more. */
type Show<Event extends Sent> = (sent: Sent, context: Context) => Promise<Event | undefined>;

/** Defines the type of batches of one type of event. */
export function eventBatch<Event extends Sent>(
  name: string,
  type: ObjectRef<Types, Event>,
  show: Show<Event>,
): ObjectRef<Types, Batch> {
  return builder.objectRef<Batch>(name).implement({
    description: 'A batch of consecutive matching events of the feed.',
    fields: (t) => ({
      cursor: t.field({
        type: 'FeedCursor',
        description:
          'Cursor of this batch: every matching event up to here has been sent. SSE sends it as `id:`.',
        resolve: ({ epoch, position }) => encodeFeedCursor(epoch, position),
      }),
      events: t.field({
        type: [type],
        description: 'Events in feed order, at most `first`, each exactly once. May be empty.',
        resolve: async (batch, _args, context) => {
          if (batch.events.length === 0) return [];
          // The version is read after the events, so that no paper is shown as it was before its event.
          await context.version();
          return await showAll(batch, show, context);
        },
      }),
      caughtUp: t.exposeBoolean('caughtUp', {
        description: `Whether this batch reaches the head of the feed. False while stored events remain to be
sent.`,
      }),
    }),
  });
}

/**
 * Reads the rows of all events of a batch. Between reading the events and their rows, `remove` may delete a
 * digest, or an ingest may move an entry to another one. Events whose rows are missing are therefore read
 * once more; those still without rows are left out.
 */
async function showAll<Event extends Sent>(
  { events, epoch }: Batch,
  show: Show<Event>,
  context: Context,
): Promise<Event[]> {
  const showEach = async (some: readonly FeedEvent[]): Promise<(Event | undefined)[]> =>
    await Promise.all(some.map(async (event) => await show({ event, epoch }, context)));
  const shown = await showEach(events);
  const missing = events.filter((_event, index) => shown[index] === undefined);
  const again = missing.length === 0 ? [] : await showEach(await context.feed.again(missing));
  return [...shown, ...again]
    .filter((each) => each !== undefined)
    .toSorted((one, other) => one.event.position - other.event.position);
}
