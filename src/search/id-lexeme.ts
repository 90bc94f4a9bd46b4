/** The lexeme of an arXiv id. No word begins with `=`, so no search for words finds it. */
export function idLexeme(arxivId: string): string {
  return `=${arxivId}`;
}
