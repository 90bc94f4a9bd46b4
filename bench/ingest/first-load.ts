import { runPapergraph, type Databases } from './databases.ts';

/** What storing something took. */
export interface Load {
  readonly seconds: number;
  /** Seconds of CPU of Node. */
  readonly nodeCpu: number;
  /** Seconds of CPU of Postgres. */
  readonly postgresCpu: number;
  /** The most memory that Node has had, in bytes. */
  readonly peakBytes?: number;
}

/** Ingests files into a new store. */
export async function firstLoad(databases: Databases, name: string, files: readonly string[]): Promise<Load> {
  const url = await databases.create(name);
  await databases.checkpoint();
  const [cpu, started] = [databases.cpu(), performance.now()];
  const usage = await runPapergraph([
    'ingest',
    ...files,
    '--source',
    'bench',
    '--json',
    '--database-url',
    url,
  ]);
  const seconds = (performance.now() - started) / 1e3;
  return {
    seconds,
    nodeCpu: usage.cpu,
    postgresCpu: databases.cpu() - cpu,
    peakBytes: usage.peakBytes,
  };
}
