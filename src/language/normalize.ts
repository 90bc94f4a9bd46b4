// Unicode's Stream-Safe Text Format (UAX 15) allows runs of 30 marks; no script writes as many.
const LONG_RUN = /\p{M}{31}/u;
const AFTER_30_MARKS = /(?<=\p{M}{30})(?=\p{M})/u;

/**
 * Text in a normalization form, in time that grows with its length alone: `String.normalize` sorts a run of combining
 * marks in quadratic time, so a longer run than 30 is taken in pieces.
 */
export function normalized(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  if (!LONG_RUN.test(text)) return text.normalize(form);
  return text
    .split(AFTER_30_MARKS)
    .map((piece) => piece.normalize(form))
    .join('');
}
