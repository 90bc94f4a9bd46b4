import { rmSync } from 'node:fs';
import { openEmbedded } from '#papergraph/database/embedded/embedded';
import { temporaryFolder } from './store.ts';

/** A Postgres to use, by its URL. */
export interface Postgres extends AsyncDisposable {
  readonly url: string;
}

/** The Postgres of a URL; without one, an empty embedded one in a temporary folder. */
export async function openPostgres(url?: string): Promise<Postgres> {
  if (url !== undefined) return { url, [Symbol.asyncDispose]: async () => {} };
  const folder = temporaryFolder();
  const { connection, close } = await openEmbedded(folder);
  const { user = '', password = '', host = '', port = 0, database = '' } = connection;
  const query = new URLSearchParams({ host, port: String(port) });
  const login = `${user}:${encodeURIComponent(String(password))}`;
  return {
    url: `postgres://${login}@localhost/${database}?${query.toString()}`,
    [Symbol.asyncDispose]: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
