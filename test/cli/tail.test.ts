import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Interrupted } from '../../src/cli/io.ts';
import { runCli, spawnCli, startCli, waitFor } from '../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const ZH = '_AI_enhanced_Chinese.jsonl';

test('tail prints papers as they come, and says with which cursor to go on', async () => {
  const { url, feed } = await startLiveServer(database);
  const tail = startCli(['tail', '--category', 'cs.*', '--url', `${url}/graphql`]);
  await expect.poll(() => feed.size()).toBe(1);
  await ingestRecords(database.pool, `2026-01-15${ZH}`, [
    jsonRecord('2601.00001', { title: 'A \u001b[31mred\u001b[0m title' }),
    jsonRecord('2601.00002', { categories: ['math.CO'] }),
  ]);
  await waitFor(tail, /2601\.00001\n$/);
  tail.stop(new Interrupted('SIGINT'));
  expect(await tail.exit).toBe(0);
  expect(tail.stdout()).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d {2}ADDED {2}2601\.00001 {2}cs\.LG {2}A \[31mred \[0m title\n {4}本文提出 2601\.00001 的方法。\n {4}https:\/\/arxiv\.org\/abs\/2601\.00001\n$/,
  );
  const [, cursor = ''] = /--after (\S+)\n$/.exec(tail.stderr()) ?? [];

  await ingestRecords(database.pool, `2026-01-16${ZH}`, ['2601.00003']);
  const again = startCli(['tail', '--json', '--after', cursor], { PAPERGRAPH_URL: `${url}/graphql` });
  const line = await waitFor(again, /^\{.*\}$/m);
  expect(JSON.parse(line)).toMatchObject({ kind: 'ADDED', paper: { arxivId: '2601.00003' } });
  again.stop(new Interrupted('SIGTERM'));
  expect(await again.exit).toBe(0);
});

test('tail prints the command that resumes, quoted for a shell', async () => {
  const { url, feed } = await startLiveServer(database);
  const flags = ['--url', `${url}/graphql`, '--category', 'cs.*', '--search', `it's "a $HOME"`, '--json'];
  const tail = startCli(['tail', ...flags]);
  await expect.poll(() => feed.size()).toBe(1);
  await ingestRecords(database.pool, `2026-01-15${ZH}`, [
    jsonRecord('2601.00001', { title: `It's a $HOME` }),
  ]);
  await waitFor(tail, /2601\.00001/);
  tail.stop(new Interrupted('SIGINT'));
  await tail.exit;
  const [, command = ''] = /^To resume from here: papergraph tail (.*)\n$/m.exec(tail.stderr()) ?? [];
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).split('\0');
  expect(words).toEqual([...flags, '--after', expect.any(String) as string, '']);
});

test('tail ends with the first papers that nobody reads any more, and does not count them', async () => {
  const { url, feed, post } = await startLiveServer(database);
  const { data } = (await (await post({ query: '{ feedCursor }' })).json()) as {
    data: { feedCursor: string };
  };
  const tail = spawnCli(['tail', '--url', `${url}/graphql`, '--after', data.feedCursor]);
  await expect.poll(() => feed.size()).toBe(1);
  tail.process.stdout?.destroy();
  await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00001']);
  expect(await tail.exit).toBe(0);
  const [, cursor = ''] = /--after (\S+)\n$/.exec(tail.stderr()) ?? [];
  const again = startCli(['tail', '--url', `${url}/graphql`, '--after', cursor]);
  await waitFor(again, /2601\.00001/);
  again.stop(new Interrupted('SIGINT'));
  await again.exit;
});

test('tail can be stopped while it connects to a server that does not answer', async () => {
  let connected = 0;
  const silent = createServer(() => void (connected += 1)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const tail = spawnCli(['tail', '--url', `http://127.0.0.1:${port}/graphql`]);
  await expect.poll(() => connected).toBe(1);
  tail.process.kill('SIGINT');
  expect({ exit: await tail.exit, stderr: tail.stderr() }).toEqual({ exit: 0, stderr: '' });
});

test('tail ends with status 2 and one line where the cursor is not of this store', async () => {
  const { url } = await startLiveServer(database);
  const { status, stdout, stderr } = await runCli([
    'tail',
    '--url',
    `${url}/graphql`,
    '--after',
    'AAAAAAAAAADdr8Ag8ydfJSCqVVM',
  ]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^papergraph: --after: .*\(CURSOR_INVALID\)\n$/);
});

test('tail ends with status 2 and one line that names the right address where the path is not', async () => {
  const { url } = await startLiveServer(database);
  for (const wrong of [url, `${url}/api`]) {
    const { status, stdout, stderr } = await runCli(['tail', '--url', wrong]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      `papergraph: --url: expected the URL of a GraphQL endpoint, such as ${url}/graphql, got ${wrong}: expected a GraphQL feed, got HTTP status 404\n`,
    );
  }
});
