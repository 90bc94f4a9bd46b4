/**
 * The NOTIFY channel of commits that append to the feed. The payload is the new head; notifications may be
 * lost.
 */
export const FEED_CHANNEL = 'papergraph_feed';
