/** Joins names in the producer's own files. */
const COMMA = ',';
/** Joins names in those of some forks, and is part of a name in all others. */
const SPACED = ', ';

/** What belongs to the name before it: `Jr.` and the like. */
export const NAME_SUFFIX = /^(?:Jr|Sr|II|III|IV|Ph\.?D|M\.?D)\.?$/i;

/**
 * Splits the author lines of one Markdown file, in order. The file says how it joins names: by bare commas as soon as one has
 * come; as long as all commas have a space after them, by `, `.
 */
export class AuthorLines {
  #bare = false;
  #apart = false;

  /** The names of a line. */
  split(line: string): string[] {
    const names = splitAtBareCommas(line);
    this.#bare ||= names.length > 1;
    if (this.#bare) return names;
    const apart = names.flatMap(splitAtSpacedCommas);
    this.#apart ||= apart.length > 1;
    return apart;
  }

  /** Whether names were taken apart at `, ` before the first bare comma came: each such line is one name after all. */
  get mistaken(): boolean {
    return this.#bare && this.#apart;
  }
}

/** A comma before a space, or at a name's end, is the name's own ("R. Ryan, Jr."). */
function splitAtBareCommas(line: string): string[] {
  return line === ''
    ? []
    : joinPieces(line.split(COMMA), COMMA, (piece) => piece === '' || piece.startsWith(' '));
}

function splitAtSpacedCommas(line: string): string[] {
  return joinPieces(line.split(SPACED), SPACED, (piece) => piece === '' || NAME_SUFFIX.test(piece));
}

/** The pieces, each that belongs to the one before it joined to it again. */
function joinPieces(pieces: readonly string[], by: string, belongs: (piece: string) => boolean): string[] {
  const names: string[][] = [];
  for (const piece of pieces) {
    const name = names.at(-1);
    if (name !== undefined && belongs(piece)) name.push(piece);
    else names.push([piece]);
  }
  return names.map((each) => each.join(by));
}
