import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, startAs } from '../support/as-postgres.ts';
import { runCli } from '../support/cli.ts';
import { openTestDatabase } from '../support/database.ts';
import { idsOf, nextBatch, overWebSocket } from '../support/live.ts';
import { LONG } from '../support/long.ts';
import { EVERYTHING, startServing, writeDigest } from '../support/serving.ts';

const PGBOUNCER = '/usr/sbin/pgbouncer';

/** The documented configuration with the places of this test. */
function documentedConfig(places: Record<'host' | 'port' | 'users' | 'more', string>): string {
  const text = readFileSync('docs/operations/pgbouncer.ini', 'utf8');
  return (
    text
      .replace('host=/var/run/postgresql port=5432', places.host)
      .replace('listen_port = 6432', places.port)
      .replace('auth_file = /etc/pgbouncer/userlist.txt', places.users) + places.more
  );
}

/** Starts a pooler in front of the tests' server; its port. */
async function startPooler(): Promise<number> {
  const { host, port, user, password } = inject('server');
  const folder = databaseFolder();
  const [users, config, listenPort] = [
    path.join(folder, 'users'),
    path.join(folder, 'ini'),
    await freePort(),
  ];
  writeFileSync(users, `"${user}" "${password}"\n`, { mode: 0o644 });
  writeFileSync(
    config,
    documentedConfig({
      host: `host=${host} port=${port}`,
      port: `listen_port = ${listenPort}`,
      users: `auth_file = ${users}`,
      more: `unix_socket_dir =\nlogfile = ${path.join(folder, 'log')}\n`,
    }),
    { mode: 0o644 },
  );
  startAs(PGBOUNCER, ['-q', config]);
  return listenPort;
}

const PAPERS = `subscription { papers: paperIngested(start: NOW) { cursor caughtUp events { cursor kind paper { arxivId } } } }`;

describe.skipIf(!LONG || !existsSync(PGBOUNCER))(
  'behind pgbouncer in transaction mode (long form, needs pgbouncer)',
  () => {
    test('a store is made, filled, served, followed and emptied as without it', async () => {
      const database = await openTestDatabase();
      onTestFinished(async () => await database.close());
      const name = new URL(database.url).pathname.slice(1);
      for (const setting of [
        `datestyle = 'SQL, DMY'`,
        `search_path = 'elsewhere'`,
        'extra_float_digits = -10',
      ])
        await database.pool.query(`alter database ${name} set ${setting}`);
      await database.pool.query('drop schema public cascade; create schema public');
      const pooled = new URL(database.url);
      pooled.search = '';
      Object.assign(pooled, { hostname: '127.0.0.1', port: String(await startPooler()) });
      const env = { DATABASE_URL: pooled.href };
      await expect.poll(async () => (await runCli(['migrate'], env)).stdout).toContain('applied 0001_papers');

      const ids = ['2601.00001', '2601.00002', '2601.00003'];
      const ingest = ['ingest', '--source', 'me'];
      const first = await runCli([...ingest, writeDigest('2026-01-14_AI_enhanced_Chinese.jsonl', ids)], env);
      expect(first).toMatchObject({ status: 0, stderr: '' });
      const { url, ask, readiness, stderr } = await startServing(pooled.href);
      expect(stderr()).toContain('connections are treated as pooled');
      const answers = await Promise.all(Array.from({ length: 20 }, async () => await ask(EVERYTHING)));
      expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
      expect(answers[0]?.data).toMatchObject({ papers: { totalCount: 3 } });
      expect(await readiness()).toMatchObject({ status: 'ok' });

      const stream = overWebSocket(url, PAPERS);
      await nextBatch(stream);
      const more = writeDigest('2026-01-15_AI_enhanced_Chinese.jsonl', ['2601.00004']);
      expect(await runCli([...ingest, more], env)).toMatchObject({ status: 0, stderr: '' });
      expect(idsOf(await nextBatch(stream))).toEqual(['2601.00004']);

      expect(await runCli(['remove', '--source', 'me', '--yes'], env)).toMatchObject({
        status: 0,
        stderr: '',
      });
      expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 0 } } });
      await expect.poll(async () => (await openSessions(database.url)).transactions).toBe(0);
    });
  },
);

/** Transactions that nobody has ended, as a lock that was taken and lost would leave behind. */
async function openSessions(url: string): Promise<{ transactions: number }> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ transactions: number }>(
    `select count(*)::int as transactions from pg_stat_activity
     where datname = current_database() and state like 'idle in transaction%'`,
  );
  await client.end();
  return rows[0] ?? { transactions: -1 };
}
