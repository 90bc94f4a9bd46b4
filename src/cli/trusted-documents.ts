import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { schema } from '../graphql/schema.ts';
import type { Limits } from '../limits/limits.ts';
import {
  documentFaults,
  readTrustedDocuments,
  type TrustedDocuments,
} from '../pipeline/trusted-documents.ts';
import { UsageError, type Io } from './io.ts';

/**
 * Reads and checks the list of trusted documents in a file. Prints one line for each fault and returns undefined
 * if there are any. Rejects with UsageError if the file cannot be read.
 */
export async function readDocuments(
  file: string,
  limits: Limits,
  { cwd, stderr }: Pick<Io, 'cwd' | 'stderr'>,
): Promise<TrustedDocuments | undefined> {
  const json = await readFile(path.resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageError(`--trusted-documents: cannot read ${file}: ${(error as Error).message}`);
  });
  const checks = { schema, limits };
  const { documents, faults } = readTrustedDocuments(json, (text) => documentFaults(text, checks));
  for (const fault of faults) stderr.write(`papergraph: ${file}: ${fault}\n`);
  return faults.length === 0 ? documents : undefined;
}
