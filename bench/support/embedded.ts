import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbedded } from '#papergraph/database/embedded/embedded';

/** Calls `use` with the URL of an embedded Postgres in a temporary folder, and removes it afterwards. */
export async function withEmbedded<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  // The user who runs Postgres must be able to enter it.
  chmodSync(folder, 0o755);
  const embedded = await openEmbedded(path.join(folder, 'data'));
  try {
    return await use(urlOf(embedded.connection));
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Connection = Awaited<ReturnType<typeof openEmbedded>>['connection'];

function urlOf({ host = '', port = 5432, user = '', password = '', database = '' }: Connection): string {
  const parts = [user, String(password), database, host].map(encodeURIComponent);
  const [name, secret, store, server] = parts;
  return `postgres://${name}:${secret}@localhost:${port}/${store}?host=${server}`;
}
