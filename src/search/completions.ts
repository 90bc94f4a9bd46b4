// Endings that Postgres's English stemmer removes.
const ENDINGS =
  `s es ed ing ings er ers ize izes ized izing izer ise ised ising isation ization izations ate ates ated
  ating ation ational ations ative ator ators ment ments ness less ly ally ity ities al ance ence ant ent
  able ible ive ively ion ions ional ful ous ously ism ist`.split(/\s+/);

/**
 * The beginning, and its completions to words whose ending it already contains in part: `segmentation` for
 * `segmentat`. Their stems are shorter than the beginning, so a prefix search would miss them. Empty if there
 * is no beginning.
 */
export function completions(beginning: string | undefined): string[] {
  if (beginning === undefined) return [];
  const found = ENDINGS.flatMap((ending) =>
    Array.from({ length: ending.length - 1 }, (_, index) => index + 1)
      .filter((taken) => beginning.endsWith(ending.slice(0, taken)))
      .map((taken) => beginning + ending.slice(taken)),
  );
  return [...new Set([beginning, ...found])];
}
