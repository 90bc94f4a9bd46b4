import { InputError } from '../errors/input-error.ts';
import type { Batch, FeedState } from './event.ts';
import { decodeFeedCursor } from './feed-cursor.ts';

// Checks whether a client may resume. If it cannot get every event after its cursor, it gets an error, never
// a silent gap.

/**
 * The position in a cursor of this feed. Throws InputError with CURSOR_INVALID if it is forged or
 * belongs to another store.
 */
export function positionOf({ epoch }: FeedState, cursor: string): number {
  const position = decodeFeedCursor(epoch, cursor);
  if (position === undefined) throw invalidCursor('expected a cursor of this feed');
  return position;
}

/**
 * Throws InputError: CURSOR_INVALID for a position after the head, CURSOR_EXPIRED if events after it are
 * deleted.
 */
export function checkPosition({ head, floor }: FeedState, position: number): void {
  if (position > head)
    throw invalidCursor('expected a cursor that this feed has reached, got one ahead of it');
  if (position < floor) {
    throw new InputError(
      ['after'],
      'after: the events after this cursor have been deleted; load the list again and resume from feedCursor',
      { code: 'CURSOR_EXPIRED' },
    );
  }
}

/**
 * Returns a batch if it is of the epoch in which the caller's position was issued. Throws InputError with
 * CURSOR_INVALID otherwise: in another epoch the same positions are other events.
 */
export function checkEpoch(epoch: string, read: Batch): Batch {
  if (read.epoch === epoch) return read;
  throw epochEnded();
}

/** The error for cursors of an epoch that has ended. */
export function epochEnded(): InputError {
  return invalidCursor('expected a cursor of the current epoch: the store was replaced or has lost events');
}

function invalidCursor(message: string): InputError {
  return new InputError(['after'], `after: ${message}`, { code: 'CURSOR_INVALID' });
}
