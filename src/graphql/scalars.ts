import { GraphQLError } from 'graphql';
import { isDay } from '../digest/file-name.ts';
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
  parseValue: (value) => {
    if (typeof value === 'string' && isDay(value)) return value;
    throw new GraphQLError(`expected a calendar day as YYYY-MM-DD, got ${JSON.stringify(value)}`);
  },
});

builder.scalarType('URL', {
  description: 'An absolute URL.',
  specifiedByURL: 'https://scalars.graphql.org/chillicream/url.html',
  serialize: (url) => url,
  parseValue: (value) => {
    if (typeof value === 'string' && URL.canParse(value)) return value;
    throw new GraphQLError(`expected an absolute URL, got ${JSON.stringify(value)}`);
  },
});

builder.scalarType('FeedCursor', {
  description: `A position in the feed (epoch and position), serialised as an opaque String. One position space serves paper and
digest events, all filters, both transports and polling. A list cursor is a String, so passing one here fails validation.
Another store's, forged, or ahead of the feed (a lagging replica is waited for): CURSOR_INVALID. Older than retention: CURSOR_EXPIRED.`,
  serialize: (cursor) => cursor,
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    throw new GraphQLError(`expected a cursor of the feed, got ${JSON.stringify(value)}`);
  },
});
