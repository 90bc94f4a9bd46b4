import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Interrupted } from '../../src/cli/io.ts';
import { runCli, spawnCli, startCli, waitFor, type Child } from '../support/cli.ts';
import { openTestDatabase } from '../support/database.ts';

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-serve-'));
  // For the embedded server, which runs as another user where the tests run as root.
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function emptyStore(): Promise<string> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  return database.url;
}

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return await response.json();
}

/** Opens a request whose body never ends: the server has something in hand. */
async function hang(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const head = `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n`;
  await new Promise<void>((resolve) => socket.write(`${head}expect: 100-continue\r\n\r\n`, () => resolve()));
  // The server has seen the request once it says "continue".
  await new Promise((resolve) => socket.once('data', resolve));
}

const isRunning = (folder: string): boolean => existsSync(path.join(folder, 'pg', 'postmaster.pid'));

describe('papergraph serve, in a process of its own with the embedded database', () => {
  test('says its address, answers, and at SIGTERM ends with status 0 and leaves no database server behind', async () => {
    const folder = temporaryFolder();
    const child = spawnCli(['serve', '--port', '0', '--data-dir', folder]);
    const url = await waitFor(child, ADDRESS);

    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await ask(url, '{ papers(first: 1) { totalCount } }')).toMatchObject({
      data: { papers: { totalCount: 0 } },
    });
    expect(isRunning(folder)).toBe(true);

    child.process.kill('SIGTERM');
    expect(await child.exit).toBe(0);
    expect(isRunning(folder)).toBe(false);
    expect(logOf(child)).toEqual(expect.arrayContaining(['listening', 'request', 'stopping']));
  });

  test('ends at once at the second signal; the database it left running is stopped by the next command', async () => {
    const folder = temporaryFolder();
    const child = spawnCli(['serve', '--port', '0', '--data-dir', folder]);
    await hang(await waitFor(child, ADDRESS));

    child.process.kill('SIGINT');
    await expect.poll(() => logOf(child)).toContain('stopping');
    child.process.kill('SIGINT');
    expect(await child.exit).toBe(130);
    expect(isRunning(folder)).toBe(true);

    expect((await runCli(['migrate', '--data-dir', folder])).status).toBe(0);
    expect(isRunning(folder)).toBe(false);
  });
});

/** What was logged, line by line: each must be JSON. */
function logOf({ stderr }: Child): string[] {
  const lines = stderr().split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

describe('papergraph serve', () => {
  test('shows on stdout where it is and a command that works', async () => {
    const running = startCli(['serve', '--port', '0'], { DATABASE_URL: await emptyStore() });
    await waitFor(running, ADDRESS);
    const [, url = '', body = ''] = /curl -s (\S+) .*-d '([^']+)'/.exec(running.stdout()) ?? [];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await response.json()).toMatchObject({ data: { papers: { nodes: [] } } });

    running.stop(new Interrupted('SIGTERM'));
    expect(await running.exit).toBe(0);
  });

  test('puts the sample into an empty store, and into that alone', async () => {
    const env = { DATABASE_URL: await emptyStore() };
    const query = '{ papers(first: 0) { totalCount } digests { nodes { revision source { name } } } }';
    const answers: string[] = [];
    for (const argv of [['serve', '--sample'], ['serve', '--sample'], ['serve']]) {
      const running = startCli([...argv, '--port', '0'], env);
      answers.push(JSON.stringify(await ask(await waitFor(running, ADDRESS), query)));
      running.stop(new Interrupted('SIGTERM'));
      await running.exit;
    }
    expect(answers[0]).toMatch(/"totalCount":[1-9].*"name":"sample"/);
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
  });

  test('a port that is taken ends with status 2 and one line', async () => {
    const env = { DATABASE_URL: await emptyStore() };
    const first = startCli(['serve', '--port', '0'], env);
    const { port } = new URL(await waitFor(first, ADDRESS));

    const second = await runCli(['serve', '--port', port], env);
    expect(second.status).toBe(2);
    expect(second.stderr).toMatch(new RegExp(`^papergraph: 127\\.0\\.0\\.1 port ${port} is taken: .*\n$`));

    first.stop(new Interrupted('SIGINT'));
    expect(await first.exit).toBe(0);
  });

  test('a failure that nobody caught ends it in order, with status 1', async () => {
    const running = startCli(['serve', '--port', '0'], { DATABASE_URL: await emptyStore() });
    await waitFor(running, ADDRESS);
    running.stop(new RangeError('out of bounds'));
    expect(await running.exit).toBe(1);
    expect(running.stderr()).toContain('RangeError: out of bounds');
  });
});
