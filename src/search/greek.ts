// Names as in LaTeX, in the order of code points: final sigma (ς) comes before sigma (σ).
const NAMES =
  `alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau
  upsilon phi chi psi omega`.split(/\s+/);

const ALPHA = 0x3b1;

/** The name of a lower-case Greek letter; undefined for any other text. */
export function greekName(letter: string): string | undefined {
  return letter.length === 1 ? NAMES[letter.charCodeAt(0) - ALPHA] : undefined;
}
