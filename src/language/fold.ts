// Letters that are no base letter with a mark, so that Unicode does not take them apart; as Postgres's unaccent has them.
const LETTERS: Readonly<Record<string, string>> = {
  ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n', ĸ: 'k',
}; // prettier-ignore

/** Text as it is compared: case and accents folded, compatibility forms resolved, runs of white space as one space. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll(/[łøđðþßæœıħŧŋĸ]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A name as it is kept: NFC, runs of white space as one space. */
export function foldSpaces(name: string): string {
  return name.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}
