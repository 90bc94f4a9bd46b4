import type { ObjectRef } from '@pothos/core';
import { encodeFeedCursor } from '../../events/feed-cursor.ts';
import type { Batch, FeedEvent } from '../../events/event.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';

type Types = typeof builder.$inferSchemaTypes;

/** An event, with what it needs to be shown. */
export interface Sent {
  readonly event: FeedEvent;
  readonly epoch: string;
}

/** Adds the fields that the events of papers and of digests share. */
export function addEventFields<Event extends Sent>(type: ObjectRef<Types, Event>): void {
  builder.objectFields(type, (t) => ({
    cursor: t.field({
      type: 'FeedCursor',
      description: 'Resumes after exactly this event.',
      resolve: ({ epoch, event }) => encodeFeedCursor(epoch, event.position),
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When it was stored; never goes back along the feed.',
      resolve: ({ event }) => event.occurredAt,
    }),
  }));
}

/** Gives what is to be shown of an event; undefined where something of it is not there. */
type Show<Event extends Sent> = (sent: Sent, context: Context) => Promise<Event | undefined>;

/** The type of batches of one type of event. */
export function eventBatch<Event extends Sent>(
  name: string,
  type: ObjectRef<Types, Event>,
  show: Show<Event>,
): ObjectRef<Types, Batch> {
  return builder.objectRef<Batch>(name).implement({
    description: 'A part of the feed.',
    fields: (t) => ({
      cursor: t.field({
        type: 'FeedCursor',
        description: 'Every matching event up to here has been sent. SSE writes it as `id:`.',
        resolve: ({ epoch, position }) => encodeFeedCursor(epoch, position),
      }),
      events: t.field({
        type: [type],
        description: 'In feed order, at most `first`, each once; may be empty.',
        resolve: async (batch, _args, context) => await showAll(batch, show, context),
      }),
      caughtUp: t.exposeBoolean('caughtUp', {
        description: 'False while stored events remain; true once this batch has reached the head.',
      }),
    }),
  });
}

/** What has been removed is left out; what has only been moved since it was read is looked up once more. */
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
