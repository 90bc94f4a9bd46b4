import { greekName } from './greek.ts';

/**
 * What makes two words the same, before Postgres takes their English stems: of a word as it is written and folded. A Greek letter
 * alone is its name, and the plural of an acronym is the acronym (`LLMs` and `LLM`, `GPUs` and `GPU`). Empty for a word of
 * marks alone.
 */
export function wordKey(written: string, folded: string): string {
  if (folded.endsWith('s') && isAcronyms(written, folded)) return folded.slice(0, -1);
  return greekName(folded) ?? folded;
}

const LONGEST_ACRONYM = 16;

/** Whether the word is the plural of an acronym, with an s that the English stemmer leaves. */
function isAcronyms(written: string, folded: string): boolean {
  if (folded.length > LONGEST_ACRONYM || isStemmed(folded)) return false;
  if (IN_CAPITALS.test(written)) return !STOP_WORDS.has(folded.slice(0, -1));
  return LIKE_ACRONYMS.test(folded) && !SINGULAR.has(folded);
}

/** The stemmer takes the s from a word of letters with a vowel before its last two; it leaves -ss and -us. */
function isStemmed(folded: string): boolean {
  if (folded.endsWith('ss')) return true;
  return /^[a-z]+$/.test(folded) && !folded.endsWith('us') && /[aeiouy]/.test(folded.slice(0, -2));
}

// Two capitals or digits at least, then a small s: `GPs`, `H100s`.
const IN_CAPITALS = /^(?=.*\p{Lu}).*[\p{Lu}\p{N}].*[\p{Lu}\p{N}]s$/u;

// In any case: consonants with at most a last vowel (`llms`, `gpus`), or a number after letters (`a100s`).
const LIKE_ACRONYMS = /^(?:\d*[b-df-hj-np-tv-xz][b-df-hj-np-tv-xz\d]+[aeiou]?|[a-z].*\d)s$/;

// No plurals, though there are GP, TT and PRO.
const SINGULAR = new Set(
  `aws bfs bps cls cms dfs dls dns dts ens fps gbps gps hls https kbps lcs mbps mcts ngs nms nvs plus pros qps rcs rms sds sms sts
  this thus tls tts vps`.split(/\s+/),
);

/** Stop words that the plural of an acronym would leave. */
const STOP_WORDS = new Set('be by do he me my no she so the to we who'.split(' '));
