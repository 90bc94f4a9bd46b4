import type { Sql } from '../database/sql.ts';
import type { EventKind, EventTopic } from './event.ts';

/** Selects events of one topic. */
export interface EventFilter {
  /** Equal for filters that select the same events. */
  readonly key: string;
  readonly topic: EventTopic;
  readonly kinds: ReadonlySet<EventKind>;
  /**
   * A condition on the event row `d` and its search vector `t`; undefined if topic and kinds are the only
   * conditions.
   */
  readonly condition: Sql | undefined;
}
