// Names as LaTeX has them, in the order of the alphabet, where ς stands before σ.
const NAMES =
  `alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi
  chi psi omega`.split(/\s+/);

const ALPHA = 0x3b1;

/** The name of a small Greek letter; undefined for any other text. */
export function greekName(letter: string): string | undefined {
  return letter.length === 1 ? NAMES[letter.charCodeAt(0) - ALPHA] : undefined;
}
