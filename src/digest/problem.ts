import type { DigestProblem } from './digest.ts';

/** Creates the problem of an entry that was left out. */
export function reject(
  line: number | undefined,
  arxivId: string | undefined,
  message: string,
): DigestProblem {
  return { kind: 'problem', severity: 'REJECTED', line, arxivId, message };
}

/** Creates a warning about an entry that was read nevertheless. */
export function warn(line: number | undefined, arxivId: string | undefined, message: string): DigestProblem {
  return { kind: 'problem', severity: 'WARNING', line, arxivId, message };
}
