import { GraphQLError, valueFromASTUntyped, type ValueNode } from 'graphql';
import { isDay } from '../time/day.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'RFC 3339 instant in UTC, always with three fraction digits.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (instant) => instant.toISOString(),
});

builder.scalarType('Date', {
  description: 'Calendar day, YYYY-MM-DD, without a time zone.',
  specifiedByURL: 'https://scalars.graphql.org/chillicream/date.html',
  serialize: (day) => day,
  ...readAs('a calendar day as YYYY-MM-DD', isDay),
});

builder.scalarType('URL', {
  description: 'An absolute URL.',
  specifiedByURL: 'https://scalars.graphql.org/chillicream/url.html',
  serialize: (url) => url,
  ...readAs('an absolute URL', (text) => URL.canParse(text)),
});

builder.scalarType('FeedCursor', {
  description: `A position in the feed (epoch and position), serialised as an opaque String. One position space serves paper and
digest events, all filters, both transports and polling. A list cursor is a String, so passing one here fails validation.
Another store's, forged, or ahead of the feed (a lagging replica is waited for): CURSOR_INVALID. Older than retention: CURSOR_EXPIRED.`,
  serialize: (cursor) => cursor,
  ...readAs('a cursor of the feed', () => true),
});

/** How variables and literals of a scalar are read: as texts that fit. Both throw a GraphQLError for anything else. */
function readAs(expected: string, fits: (text: string) => boolean) {
  const read = (value: unknown, nodes: ValueNode | null = null): string => {
    if (typeof value === 'string' && fits(value)) return value;
    throw new GraphQLError(`expected ${expected}, got ${JSON.stringify(value)}`, { nodes });
  };
  return {
    parseValue: (value: unknown) => read(value),
    // A literal's error names its place.
    parseLiteral: (node: ValueNode) => read(valueFromASTUntyped(node), node),
  };
}
