/**
 * The NOTIFY channel on which each commit announces new events. The payload is the new head of the feed.
 * Notifications may be lost.
 */
export const FEED_CHANNEL = 'papergraph_feed';
