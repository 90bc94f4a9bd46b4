import { greekName } from './greek.ts';

/**
 * The key of a word, by which words are compared before Postgres stems them. A single Greek letter becomes
 * its name, and the plural of an acronym its singular (`LLMs` is `LLM`). Takes the word as written and as
 * folded. Empty for combining marks alone.
 */
export function wordKey(written: string, folded: string): string {
  if (folded.endsWith('s') && isPluralAcronym(written, folded)) return folded.slice(0, -1);
  return greekName(folded) ?? folded;
}

const LONGEST_ACRONYM = 16;

/** Whether the word is the plural of an acronym whose s the English stemmer would keep. */
function isPluralAcronym(written: string, folded: string): boolean {
  if (folded.length > LONGEST_ACRONYM || isStemmed(folded)) return false;
  if (IN_CAPITALS.test(written)) return !STOP_WORDS.has(folded.slice(0, -1));
  return LIKE_ACRONYMS.test(folded) && !SINGULAR.has(folded);
}

/** The stemmer removes the s if a vowel comes before the last two letters; it keeps -ss and -us. */
function isStemmed(folded: string): boolean {
  if (folded.endsWith('ss')) return true;
  return /^[a-z]+$/.test(folded) && !folded.endsWith('us') && /[aeiouy]/.test(folded.slice(0, -2));
}

// At least two capitals or digits, then a lower-case s: `GPs`, `H100s`.
const IN_CAPITALS = /^(?=.*\p{Lu}).*[\p{Lu}\p{N}].*[\p{Lu}\p{N}]s$/u;

// Without regard to case: consonants with at most a final vowel (`llms`, `gpus`), or a number after letters
// (`a100s`).
const LIKE_ACRONYMS = /^(?:\d*[b-df-hj-np-tv-xz][b-df-hj-np-tv-xz\d]+[aeiou]?|[a-z].*\d)s$/;

// Words in s that are not plurals.
const SINGULAR = new Set(
  `aws bfs bps cls cms dfs dls dns dts ens fps gbps gps hls https kbps lcs mbps mcts ngs nms nvs plus pros
  qps rcs rms sds sms sts this thus tls tts vps`.split(/\s+/),
);

/** Stop words that would remain without the s, such as `we` of `WEs`: these keep it. */
const STOP_WORDS = new Set('be by do he me my no she so the to we who'.split(' '));
