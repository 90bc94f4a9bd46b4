// Endings that the English stemmer takes off.
const ENDINGS =
  `s es ed ing ings er ers ize izes ized izing izer ise ised ising isation ization izations ate ates ated ating ation
  ational ations ative ator ators ment ments ness less ly ally ity ities al ance ence ant ent able ible ive ively ion ions ional
  ful ous ously ism ist`.split(/\s+/);

/**
 * Words that may begin so, where the beginning goes into an ending that stems lose: of `segmentat`, `segmentation`. The
 * beginning itself is the first; none where it is undefined.
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
