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

/** Text without its LaTeX: `WiFo-M$^2$` is `WiFo-M2`, `$\alpha$-Bench` is `alpha-Bench`, `Schr\"odinger` is `Schrödinger`. */
export function plainText(text: string): string {
  if (!/[\\${}]/.test(text)) return text;
  return text
    .replaceAll(ACCENT, accented)
    .replaceAll(
      COMMAND,
      (_, name: string, next: string) => LETTERS[name] ?? (LOOKS.has(name) ? '' : `${name}${next && ' '}`),
    )
    .replaceAll(SPACE, ' ')
    .replaceAll(MARKUP, '')
    .replaceAll(ESCAPE, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The accent is a sign (`\\'e`) or a letter (`\\H{o}`); the letter under it stands in braces or alone. */
function accented(_: string, ...[sign, letter, braced, bare]: (string | undefined)[]): string {
  return `${braced ?? bare}${ACCENTS[sign ?? letter ?? '']}`.normalize('NFC');
}
