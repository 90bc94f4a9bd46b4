import type { Database } from '../database/connect.ts';
import { createInterface } from 'node:readline/promises';
import { countDigests, removeDigests, type Selection } from '../ingest/remove-digests.ts';
import type { Output } from './ingest-in-order.ts';

/** The environment of `remove`. */
interface RemoveTools extends Output {
  readonly database: Pick<Database, 'pool' | 'prisma'>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Aborts the question. */
  readonly stop: AbortSignal;
}

/**
 * `papergraph remove`: removes digests, and papers that no other digest contains. Asks on a terminal;
 * elsewhere it needs `--yes`. Returns the exit status: 0, 1 if nothing matches or the answer is no, 2 if
 * there is no way to ask.
 */
export async function remove(selection: Selection, yes: boolean, io: RemoveTools): Promise<number> {
  const digests = await countDigests(io.database, selection);
  const what = [selection.source, selection.date, selection.language]
    .filter((part) => part !== undefined)
    .join(' ');
  if (digests === 0) {
    io.stderr.write(`no digests of ${what} are stored\n`);
    return 1;
  }
  if (!yes && io.stdin.isTTY !== true) {
    io.stderr.write(`this would remove ${counted(digests, 'digest')} of ${what}; confirm with --yes\n`);
    return 2;
  }
  if (!yes && !(await agreed(`Remove ${counted(digests, 'digest')} of ${what}? [y/N] `, io))) return 1;
  const removed = await removeDigests(io.database, selection);
  const parts = [
    counted(removed.digests, 'digest'),
    counted(removed.entries, 'entry', 'entries'),
    counted(removed.papers, 'paper'),
  ];
  io.stdout.write(`${what}: removed ${parts.join(', ')}\n`);
  return 0;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

async function agreed(
  question: string,
  io: Pick<RemoveTools, 'stdin' | 'stderr' | 'stop'>,
): Promise<boolean> {
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test(await prompt.question(question, { signal: io.stop }));
  } finally {
    prompt.close();
  }
}
