import type { TextRange } from './text-range.ts';

// What BibTeX and LaTeX write for accents, put behind their letter as Unicode does.
const ACCENTS: Readonly<Record<string, string>> = {
  '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', u: '\u0306', '.': '\u0307',
  '"': '\u0308', r: '\u030A', H: '\u030B', v: '\u030C', c: '\u0327', k: '\u0328', d: '\u0323', b: '\u0331',
}; // prettier-ignore

const LETTERS: Readonly<Record<string, string>> = {
  ss: 'ß', o: 'ø', O: 'Ø', l: 'ł', L: 'Ł', ae: 'æ', AE: 'Æ', oe: 'œ', OE: 'Œ', aa: 'å', AA: 'Å', i: 'i', j: 'j',
}; // prettier-ignore

// Commands that say how text looks, not what it says. Others, such as \alpha, are read as their names.
const LOOKS = new Set(
  `bf bm boldsymbol bold cal em emph ensuremath frak it left mathbb mathbf mathbin mathcal mathfrak mathit mathop mathrel
  mathrm mathscr mathsf mathtt mbox operatorname overline right rm sc scriptsize sf sl small text textbf textit textmd
  textnormal textrm textsc textsf textsl textsubscript textsuperscript texttt textup tt underline url vec widehat
  widetilde hat tilde bar frac sqrt limits`.split(/\s+/),
);

const ACCENT = /\\(?:([`'^~=."])\s*|([uvHcdbkr])(?:\s+|(?=\{)))(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))/g;
const COMMAND = /\\([A-Za-z]+)(?=(\\?))/g;
const SPACE = /\\[,;:! ]|(?<!\\)~/g;
const MARKUP = /(?<!\\)[${}^_]|\\[()[\]]/g;
const ESCAPE = /\\([#$%&_{}])/g;

/** What is replaced, and by what: it is given the match and its groups. */
type Step = readonly [pattern: RegExp, replacement: (...match: (string | undefined)[]) => string];

const STEPS: readonly Step[] = [
  [ACCENT, accented],
  [COMMAND, command],
  [SPACE, () => ' '],
  [MARKUP, () => ''],
  [ESCAPE, (_, sign = '') => sign],
  [/\s+/g, () => ' '],
  [/^ | $/g, () => ''],
];

const LATEX = /[\\${}]/;

/** Text without its LaTeX: `WiFo-M$^2$` is `WiFo-M2`, `$\alpha$-Bench` is `alpha-Bench`, `Schr\"odinger` is `Schrödinger`. */
export function plainText(text: string): string {
  return LATEX.test(text) ? placedPlainText(text).text : text;
}

/** A text made of another one. */
export interface PlacedText {
  readonly text: string;
  /** Of each of its code units, what it stands for in the other. */
  readonly places: readonly TextRange[];
}

/** A text with LaTeX without it, for who has to find its parts in the text. */
export function placedPlainText(text: string): PlacedText {
  const places = Array.from({ length: text.length }, (_, start) => ({ start, end: start + 1 }));
  return STEPS.reduce(replaced, { text, places });
}

function replaced({ text, places }: PlacedText, [pattern, replacement]: Step): PlacedText {
  const texts: string[] = [];
  const found: TextRange[][] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    const by = replacement(...match);
    const place = { start: places[match.index]?.start ?? 0, end: places[end - 1]?.end ?? 0 };
    texts.push(text.slice(at, match.index), by);
    found.push(
      places.slice(at, match.index),
      Array.from({ length: by.length }, () => place),
    );
    at = end;
  }
  return { text: texts.join('') + text.slice(at), places: [...found.flat(), ...places.slice(at)] };
}

function command(_?: string, name = '', next = ''): string {
  return LETTERS[name] ?? (LOOKS.has(name) ? '' : `${name}${next && ' '}`);
}

/** The accent is a sign (`\\'e`) or a letter (`\\H{o}`); the letter under it stands in braces or alone. */
function accented(_?: string, ...[sign, letter, braced, bare]: (string | undefined)[]): string {
  return `${braced ?? bare}${ACCENTS[sign ?? letter ?? '']}`.normalize('NFC');
}
