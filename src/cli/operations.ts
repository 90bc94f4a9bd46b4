import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { schema } from '../graphql/schema.ts';
import { limitsOf } from '../limits/limits.ts';
import { documentFaults, sha256Id } from '../pipeline/trusted-documents.ts';
import { UsageError, type Io } from './io.ts';
import { OperationFiles, type Fault } from './operation-files.ts';

/** Flags of `papergraph operations`. */
export interface OperationsFlags {
  /** Path of a file; standard output if absent or `-`. */
  readonly out?: string | undefined;
}

/**
 * `papergraph operations`: writes the list of trusted documents from the operations in the files of a folder.
 * Returns the exit status: 0; 1 if a file has faults, which are printed, and then nothing is written. Rejects
 * with UsageError if there are no operations, or a file cannot be read or written.
 */
export async function listOperations(
  folder: string,
  { out }: OperationsFlags,
  { cwd, stdout, stderr }: Io,
): Promise<number> {
  const files = new OperationFiles();
  for (const name of await namesIn(path.resolve(cwd, folder), folder)) {
    const file = path.join(folder, name);
    files.add(file, await readFile(path.resolve(cwd, file), 'utf8'));
  }
  const { documents, faults } = checked(files);
  for (const { place, message } of faults) stderr.write(`papergraph: ${place}: ${message}\n`);
  if (faults.length > 0) return 1;
  if (documents.length === 0)
    throw new UsageError(`${folder}: expected operations in files that end in .graphql or .gql, found none`);
  const list = Object.fromEntries(documents.map((text) => [sha256Id(text), text]));
  const json = `${JSON.stringify(list, null, 2)}\n`;
  if (out === undefined || out === '-') stdout.write(json);
  else
    await writeFile(path.resolve(cwd, out), json).catch((error: unknown) => {
      throw new UsageError(`--out: cannot write ${out}: ${(error as Error).message}`);
    });
  return 0;
}

/** The files of a folder and of those in it, by name; not those of installed packages. */
async function namesIn(folder: string, given: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new UsageError(`${given}: expected a folder`);
  const names = await glob('**/*.{graphql,gql}', { cwd: folder, ignore: ['**/node_modules/**'], dot: false });
  return names.toSorted();
}

function checked(files: OperationFiles): { documents: string[]; faults: readonly Fault[] } {
  const { operations, faults } = files.collect(schema);
  const limits = limitsOf();
  const beyond = operations.flatMap(({ place, text }) =>
    documentFaults(text, { schema, limits }).map((message) => ({ place, message })),
  );
  return { documents: operations.map(({ text }) => text), faults: faults.length > 0 ? faults : beyond };
}
