/**
 * As much of a paper's text is searched. A tsvector holds a megabyte: a pair of characters takes at most 12 bytes of it, words
 * take less for their length.
 */
export const MOST_CHARACTERS = 80_000;
