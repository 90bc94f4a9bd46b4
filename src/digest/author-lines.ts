/** The separator in the producer's own files. */
const COMMA = ',';
/** The separator in files of some forks. In all others it is part of a name. */
const SPACED = ', ';

/** A suffix that belongs to the name before it, such as `Jr.`. */
export const NAME_SUFFIX = /^(?:Jr|Sr|II|III|IV|Ph\.?D|M\.?D)\.?$/i;

/**
 * Splits the author lines of one Markdown file. The separator is `, ` until a line contains a comma without a
 * space after it; from then on it is the bare comma.
 */
export class AuthorLines {
  /** Whether a line contained a bare comma. */
  #bare = false;
  /** Whether a line was split at `, ` before that. */
  #apart = false;

  /** Splits the file's next author line into names. */
  split(line: string): string[] {
    const names = splitAtBareCommas(line);
    this.#bare ||= names.length > 1;
    if (this.#bare) return names;
    const apart = names.flatMap(splitAtSpacedCommas);
    this.#apart ||= apart.length > 1;
    return apart;
  }

  /** Whether lines were split at `, ` before the first bare comma. Each of those lines is really one name. */
  get mistaken(): boolean {
    return this.#bare && this.#apart;
  }
}

/** A comma before a space or at the end belongs to the name ("R. Ryan, Jr."). */
function splitAtBareCommas(line: string): string[] {
  return line === ''
    ? []
    : joinPieces(line.split(COMMA), COMMA, (piece) => piece === '' || piece.startsWith(' '));
}

function splitAtSpacedCommas(line: string): string[] {
  return joinPieces(line.split(SPACED), SPACED, (piece) => piece === '' || NAME_SUFFIX.test(piece));
}

/** Appends each piece that belongs to the name before it to that name. */
function joinPieces(pieces: readonly string[], by: string, belongs: (piece: string) => boolean): string[] {
  const names: string[][] = [];
  for (const piece of pieces) {
    const name = names.at(-1);
    if (name !== undefined && belongs(piece)) name.push(piece);
    else names.push([piece]);
  }
  return names.map((each) => each.join(by));
}
