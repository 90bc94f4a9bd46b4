import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** CPU time of a process and all of its threads, in milliseconds. */
export function cpuOf(pid: number): number {
  const [user = 0, system = 0] = stat(pid);
  return (user + system) * TICK_MS;
}

/** CPU time of a Postgres server's processes, in milliseconds: of those that run, and of those that have ended. */
export function cpuOfPostgres(postmaster: number): number {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stat(postmaster);
  const own = (user + system + endedUser + endedSystem) * TICK_MS;
  return children(postmaster).reduce((sum, pid) => sum + cpuOf(pid), own);
}

/** The most memory that a process has had resident, in bytes. */
export function peakMemoryOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** User and system time of a process, then those of its children that have ended; all zero if it has ended itself. */
function stat(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).map(Number);
  } catch {
    return [];
  }
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
}
