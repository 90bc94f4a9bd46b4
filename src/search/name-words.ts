import { fold } from '../language/fold.ts';

// The migration that added `author.name_words` replaced the same characters in the names stored before.
const PUNCTUATION = /[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E\u00B7\u2010-\u2015\u2018\u2019]+/g;

/** The words of an author's name, with case and accents folded. */
export function nameWords(name: string): string[] {
  return fold(name)
    .replaceAll(PUNCTUATION, ' ')
    .split(/[\s\0]+/)
    .filter((word) => word !== '');
}

/**
 * The words of a name, each between two spaces: as `author.name_words` and `feed_event.author_words` hold
 * them for `like`.
 */
export function spacedNameWords(name: string): string {
  return ` ${nameWords(name).join(' ')} `;
}
