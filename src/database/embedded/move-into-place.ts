import fs from 'node:fs';
import { hasCode } from '../error-codes.ts';

/**
 * Moves a finished folder from a temporary name to its final one. If another process was faster, its folder
 * is kept and this one is deleted.
 */
export function moveIntoPlace(temporary: string, final: string): void {
  try {
    fs.renameSync(temporary, final);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
