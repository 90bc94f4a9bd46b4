const TOO_MANY_MARKS = /((?:(?!\u034F)\p{M}){30})(?=(?!\u034F)\p{M})/gu;
const ASCII = /^[\0-\x7F]*$/; // eslint-disable-line no-control-regex -- ASCII holds them
const JOINER = '\u034F';

/**
 * Text in a normalization form, in time that grows with its length alone. `String.normalize` sorts a run of combining marks
 * in quadratic time, so longer runs than any script writes are divided as Unicode's Stream-Safe Text Format does (UAX 15): a
 * combining grapheme joiner, which nobody sees, after every 30 marks.
 */
export function normalized(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  if (ASCII.test(text)) return text;
  return text.replaceAll(TOO_MANY_MARKS, `$1${JOINER}`).normalize(form);
}
