import type { DigestProblem } from './digest.ts';

/** An entry that was left out. */
export function reject(
  line: number | undefined,
  arxivId: string | undefined,
  message: string,
): DigestProblem {
  return { kind: 'problem', severity: 'REJECTED', line, arxivId, message };
}

/** Something odd that was read all the same. */
export function warn(line: number | undefined, arxivId: string | undefined, message: string): DigestProblem {
  return { kind: 'problem', severity: 'WARNING', line, arxivId, message };
}
