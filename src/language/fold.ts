import { normalized } from './normalize.ts';

// Letters that Unicode does not decompose into a base letter and a mark. The replacements are those of
// Postgres's unaccent.
// prettier-ignore
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'ⱥ', ae: 'æ', b: 'ƀƃɓ', c: 'ƈȼ', d: 'ðđƌȡɖɗ', db: 'ȸ', e: 'ɇɛ', f: 'ƒ', g: 'ǥɠ', h: 'ħ', hv: 'ƕ',
    i: 'ıɨɩ', j: 'ȷɉ', k: 'ƙ', l: 'łƚȴ', n: 'ŋƞȵɲ', o: 'ø', oe: 'œ', oi: 'ƣ', p: 'ƥ', q: 'ĸ', qp: 'ȹ',
    r: 'ɍ', s: 'ȿ', ss: 'ß', t: 'ŧƫƭȶʈⱦ', th: 'þ', u: 'ʉ', v: 'ʋ', y: 'ƴɏ', z: 'ƶȥɀ', σ: 'ς',
  }).flatMap(([base, letters]) => Array.from(letters, (letter) => [letter, base] as const)),
);

// Only marks that belong to no script are accents. Marks of a script (Indic vowels) and kana voicing make
// other letters.
const ACCENTS = /(?![\u3099\u309A])(?=\p{Mn})\p{Script=Inherited}/gu;

/** Folds text for comparison: removes case and accents, resolves compatibility forms, collapses spaces. */
export function fold(text: string): string {
  return (ASCII.test(text) ? text.toLowerCase() : foldLetters(text)).replaceAll(/\s+/g, ' ').trim();
}

// Most words are ASCII and need no decomposition.
const ASCII = /^[\0-\x7F]*$/;

function foldLetters(text: string): string {
  const bare = normalized(text, 'NFKD')
    .replaceAll(ACCENTS, '')
    .toLowerCase()
    .replaceAll(/[^\0-\x7F]/gu, (letter) => LETTERS.get(letter) ?? letter);
  return normalized(bare, 'NFC');
}

/** Normalizes a name for storage: NFC, with each run of white space as one space. */
export function foldSpaces(name: string): string {
  return normalized(name, 'NFC').replaceAll(/\s+/g, ' ').trim();
}
