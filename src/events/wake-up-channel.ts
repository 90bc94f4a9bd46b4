/** What commits that append to the feed notify. The payload is the feed's head, a hint that may be lost. */
export const FEED_CHANNEL = 'papergraph_feed';
