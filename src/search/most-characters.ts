/**
 * Characters of a paper's text that are searched, at most. A tsvector holds 1 MB; a pair of characters takes
 * up to 12 bytes of it, and words take less in proportion to their length.
 */
export const MOST_CHARACTERS = 80_000;
