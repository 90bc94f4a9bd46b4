/** The lexeme of an arXiv id, quoted. No word begins with its sign, so that no search for words finds it. */
export function idLexeme(arxivId: string): string {
  return `'=${arxivId}'`;
}
