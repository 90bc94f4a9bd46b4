import type { ObjectRef } from '@pothos/core';
import { encodeFeedCursor } from '../../feed/feed-cursor.ts';
import type { Batch, FeedEvent } from '../../feed/event.ts';
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

/** The type of batches of one type of event. `send` gives what is to be shown of a batch. */
export function eventBatch<Event extends Sent>(
  name: string,
  type: ObjectRef<Types, Event>,
  send: (batch: Batch, context: Context) => Promise<Event[]>,
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
        resolve: async (batch, _args, context) => await send(batch, context),
      }),
      caughtUp: t.exposeBoolean('caughtUp', {
        description: 'False while stored events remain; true once this batch has reached the head.',
      }),
    }),
  });
}
