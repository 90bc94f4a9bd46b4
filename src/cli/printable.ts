/**
 * Makes text from outside safe to print on one line. Control and format characters, which could command a
 * terminal or reverse the direction of text, become spaces; runs of spaces become one.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
