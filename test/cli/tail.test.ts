import { afterEach, beforeEach, expect, test } from 'vitest';
import { Interrupted } from '../../src/cli/io.ts';
import { runCli, startCli, waitFor } from '../support/cli.ts';
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
    /^\d{4}-\d\d-\d\d \d\d:\d\d {2}ADDED {2}2601\.00001 {2}cs\.LG {2}A \[31mred \[0m title\n {4}本文提出 2601\.00001 的方法。\n {4}https:\/\/arxiv\.org\/abs\/2601\.00001\n$/,
  );
  const [, cursor = ''] = /--after (\S+)\n$/.exec(tail.stderr()) ?? [];

  await ingestRecords(database.pool, `2026-01-16${ZH}`, ['2601.00003']);
  const again = startCli(['tail', '--json', '--after', cursor], { PAPERGRAPH_URL: `${url}/graphql` });
  const line = await waitFor(again, /^\{.*\}$/m);
  expect(JSON.parse(line)).toMatchObject({ kind: 'ADDED', paper: { arxivId: '2601.00003' } });
  again.stop(new Interrupted('SIGTERM'));
  expect(await again.exit).toBe(0);
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
  expect(stderr).toMatch(/^papergraph: .*\(CURSOR_INVALID\)\n$/);
});
