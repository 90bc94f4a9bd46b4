import { GraphQLError, valueFromASTUntyped, type ValueNode } from 'graphql';
import { isDay } from '../time/day.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description:
    'Instant in UTC as in RFC 3339, always with three fraction digits: `2026-01-15T08:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (instant) => instant.toISOString(),
});

// Days travel as text from Postgres to the client: a JavaScript Date would shift them by the time zone.
builder.scalarType('Date', {
  description: 'Calendar day, written YYYY-MM-DD, without a time zone.',
  specifiedByURL: 'https://scalars.graphql.org/chillicream/date.html',
  serialize: (day) => day,
  ...readAs('a calendar day as YYYY-MM-DD', isDay),
});

// Checked with the parser of the URL standard, which browsers use too.
builder.scalarType('URL', {
  description: 'Absolute URL, such as `https://arxiv.org/abs/2601.09684`.',
  specifiedByURL: 'https://scalars.graphql.org/chillicream/url.html',
  serialize: (url) => url,
  ...readAs('an absolute URL', (text) => URL.canParse(text)),
});

builder.scalarType('FeedCursor', {
  description: `A position in the feed (epoch and position), serialized as an opaque String.

Paper and digest events, all filters, WebSocket, SSE and polling share one sequence of positions: a cursor of
one is valid for all. Cursors of lists have the type String, so passing one here fails validation.

A cursor that is forged, comes from another store, or is ahead of the feed is CURSOR_INVALID. (A replica
that lags is given time to catch up first.) A cursor older than the retention period is CURSOR_EXPIRED.`,
  serialize: (cursor) => cursor,
  // Any text passes here. The feed checks the signature: that needs the store, and has error codes of its
  // own.
  ...readAs('a cursor of the feed', () => true),
});

/**
 * Parsers for a scalar's variables and literals: both accept a string that `fits` and throw a GraphQLError
 * for anything else.
 */
function readAs(expected: string, fits: (text: string) => boolean) {
  const read = (value: unknown, nodes: ValueNode | null = null): string => {
    if (typeof value === 'string' && fits(value)) return value;
    throw new GraphQLError(`expected ${expected}, got ${JSON.stringify(value)}`, { nodes });
  };
  return {
    parseValue: (value: unknown) => read(value),
    // With its node, the error of a literal has a location.
    parseLiteral: (node: ValueNode) => read(valueFromASTUntyped(node), node),
  };
}
