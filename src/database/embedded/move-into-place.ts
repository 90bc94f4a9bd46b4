import fs from 'node:fs';

/** Moves a folder that was built aside to where it belongs; whoever comes second drops theirs and uses the first one's. */
export function moveIntoPlace(aside: string, place: string): void {
  try {
    fs.renameSync(aside, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    fs.rmSync(aside, { recursive: true, force: true });
  }
}
