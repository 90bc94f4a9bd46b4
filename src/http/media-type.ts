/** The media types in which a query can be answered. */
export type MediaType = 'application/json' | 'application/graphql-response+json' | 'text/event-stream';

/** The media type of event streams. */
export const EVENTS = 'text/event-stream';

/** All media types, in the form of an `accept` header. */
export const MEDIA_TYPES = 'application/graphql-response+json, application/json, text/event-stream';

/**
 * The media type in which to answer a query, by its `accept` header; undefined if the client accepts none. The
 * first JSON type of the list wins, whatever the weights say, and `*` means application/json. A query is sent
 * as events only if no JSON is accepted.
 */
export function mediaTypeOf(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  const ranges = rangesOf(accept);
  for (const range of ranges) {
    if (matches(range, 'application/json')) return 'application/json';
    if (matches(range, 'application/graphql-response+json')) return 'application/graphql-response+json';
  }
  return acceptsEvents(accept) || ranges.some((range) => matches(range, EVENTS)) ? EVENTS : undefined;
}

/** Whether an `accept` header names event streams: a subscription then is one. */
export function acceptsEvents(accept: string | undefined): boolean {
  return accept?.includes(EVENTS) === true;
}

/** The media ranges of an `accept` header. Leaves out those in another charset than UTF-8. */
function rangesOf(accept: string): string[] {
  const ranges = (accept || '*/*').replaceAll(/\s/g, '').toLowerCase().split(',');
  return ranges.flatMap((range) => {
    const [type = '', ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    return charset === undefined || charset === 'charset=utf-8' ? [type] : [];
  });
}

function matches(range: string, type: MediaType): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}
