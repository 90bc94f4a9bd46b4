import { fold } from '../language/fold.ts';
import { greekName } from './greek.ts';
import type { TextRange } from './text-range.ts';

// Accent commands of BibTeX and LaTeX, and the combining marks of Unicode for them.
const ACCENTS: Readonly<Record<string, string>> = {
  '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', u: '\u0306', '.': '\u0307',
  '"': '\u0308', r: '\u030A', H: '\u030B', v: '\u030C', c: '\u0327', k: '\u0328', d: '\u0323', b: '\u0331',
}; // prettier-ignore

const LETTERS: Readonly<Record<string, string>> = {
  ss: 'ß', o: 'ø', O: 'Ø', l: 'ł', L: 'Ł', ae: 'æ', AE: 'Æ', oe: 'œ', OE: 'Œ', aa: 'å', AA: 'Å',
  i: 'i', j: 'j',
}; // prettier-ignore

// Formatting commands, which are removed. Other commands, such as \alpha, are replaced by their
// names.
const FORMATTING = new Set(
  `bf bm boldsymbol bold cal em emph ensuremath frak it left mathbb mathbf mathbin mathcal mathfrak mathit
  mathop mathrel mathrm mathscr mathsf mathtt mbox operatorname overline right rm sc scriptsize sf sl
  small text textbf textit textmd textnormal textrm textsc textsf textsl textsubscript textsuperscript
  texttt textup tt underline url vec widehat widetilde hat tilde bar frac sqrt limits`.split(/\s+/),
);

const ACCENT = /\\(?:([`'^~=."])\s*|([uvHcdbkr])(?:\s+|(?=\{)))(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))/g;
const COMMAND = /\\([A-Za-z]+)(?=(\\?))/g;
const SPACE = /\\[,;:! ]|(?<!\\)~/g;
const MARKUP = /(?<!\\)[${}^_]|\\[()[\]]/g;
const ESCAPE = /\\([#$%&_{}])/g;

// Greek letters, including mathematical ones (𝛼, ϵ) and symbols that look like one (µ, ∆).
const GREEK = String.raw`[\p{Script=Greek}\u00B5\u2206\u2126\u{1D6A8}-\u{1D7CB}]`;
const GREEK_LETTER = new RegExp(String.raw`${GREEK}(?=(${GREEK}|\\)?)`, 'gu');

/** A pattern, and a function that maps the match and its groups to the replacement. */
type Step = readonly [pattern: RegExp, replacement: (...match: (string | undefined)[]) => string];

const STEPS: readonly Step[] = [
  [ACCENT, accented],
  [GREEK_LETTER, greek],
  [COMMAND, command],
  [SPACE, () => ' '],
  [MARKUP, () => ''],
  [ESCAPE, (_, escaped = '') => escaped],
  [/\s+/g, () => ' '],
  [/^ | $/g, () => ''],
];

const MARKED = new RegExp(String.raw`[\\$\{\}]|${GREEK}`, 'u');

/**
 * Text without its LaTeX: `WiFo-M$^2$` is `WiFo-M2`, `$\alpha$-Bench` and `α-Bench` are `alpha-Bench`,
 * `Schr\"odinger` is `Schrödinger`.
 */
export function plainText(text: string): string {
  if (!MARKED.test(text)) return text;
  return STEPS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
}

/** A text derived from another one. */
export interface PlacedText {
  readonly text: string;
  /** The part of the original text from which a part of this text was derived. */
  readonly placeOf: (part: TextRange) => TextRange;
}

/** Like `plainText`, but keeps the positions of the original text. */
export function placedPlainText(text: string): PlacedText {
  const starts = Uint32Array.from({ length: text.length }, (_, at) => at);
  const placed = STEPS.reduce(replaced, { text, starts, ends: starts.map((at) => at + 1) });
  return {
    text: placed.text,
    placeOf: ({ start, end }) => ({ start: placed.starts[start] ?? 0, end: placed.ends[end - 1] ?? 0 }),
  };
}

/** A text with the start and end, in the original text, of each of its code units. */
interface Placed {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

function replaced({ text, starts, ends }: Placed, [pattern, replacement]: Step): Placed {
  const found = Array.from(text.matchAll(pattern), (match) => ({
    at: match.index,
    end: match.index + match[0].length,
    by: replacement(...match),
  }));
  const longer = found.reduce((sum, { at, end, by }) => sum + by.length - (end - at), 0);
  const next = { starts: new Uint32Array(text.length + longer), ends: new Uint32Array(text.length + longer) };
  const texts: string[] = [];
  let [read, written] = [0, 0];
  const copy = (end: number): void => {
    texts.push(text.slice(read, end));
    next.starts.set(starts.subarray(read, end), written);
    next.ends.set(ends.subarray(read, end), written);
    written += end - read;
  };
  for (const { at, end, by } of found) {
    copy(at);
    texts.push(by);
    next.starts.fill(starts[at] ?? 0, written, written + by.length);
    next.ends.fill(ends[end - 1] ?? 0, written, written + by.length);
    written += by.length;
    read = end;
  }
  copy(text.length);
  return { text: texts.join(''), ...next };
}

function command(_?: string, name = '', next = ''): string {
  return LETTERS[name] ?? (FORMATTING.has(name) ? '' : `${name.replace(VARIANT, '')}${next && ' '}`);
}

const VARIANT = /^var(?=(?:epsilon|kappa|phi|pi|rho|sigma|theta)$)/;

function greek(letter = '', next = ''): string {
  const name = greekNames.get(letter) ?? greekName(fold(letter)) ?? letter;
  greekNames.set(letter, name);
  return name === letter ? name : `${name}${next && ' '}`;
}

/** Cache: Greek letters are few, and folding each occurrence is slow. */
const greekNames = new Map<string, string>();

/** The accent is a symbol (`\'e`) or a letter (`\H{o}`). The letter below it may be in braces. */
function accented(_?: string, ...[symbol, letter, braced, bare]: (string | undefined)[]): string {
  return `${braced ?? bare}${ACCENTS[symbol ?? letter ?? '']}`.normalize('NFC');
}
