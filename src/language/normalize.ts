const TOO_MANY_MARKS = /((?:(?!\u034F)\p{M}){30})(?=(?!\u034F)\p{M})/gu;
const ASCII = /^[\0-\x7F]*$/; // eslint-disable-line no-control-regex -- ASCII holds them
const JOINER = '\u034F';

/**
 * Normalizes text in linear time. `String.normalize` sorts a run of combining marks in quadratic time, so we
 * first break up runs that are longer than any script uses. Unicode's Stream-Safe Text Format (UAX 15) says
 * how: insert an invisible combining grapheme joiner after every 30 marks.
 */
export function normalized(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  if (ASCII.test(text)) return text;
  return text.replaceAll(TOO_MANY_MARKS, `$1${JOINER}`).normalize(form);
}
