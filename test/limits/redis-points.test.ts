import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LeakyBuckets } from '../../src/limits/leaky-buckets.ts';
import { limitsOf, type Limits } from '../../src/limits/limits.ts';
import { RedisPoints } from '../../src/limits/redis-points.ts';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, startAs } from '../support/as-postgres.ts';
import { openTestDatabase } from '../support/database.ts';
import { startServing } from '../support/serving.ts';

const REDIS = '/usr/bin/redis-server';

/** Starts Redis on a port. Returns what ends it, freezes it and lets it go on. */
async function startRedis(port: number) {
  const folder = databaseFolder();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = startAs(REDIS, args, 'SIGKILL');
  const cli = (...command: string[]): string =>
    execFileSync('/usr/bin/redis-cli', ['-p', String(port), ...command], { encoding: 'utf8', stdio: 'pipe' });
  await expect
    .poll(() => {
      try {
        return cli('ping').trim();
      } catch {
        return 'no answer';
      }
    })
    .toBe('PONG');
  return { cli, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

/** The points of one server, with the changes that it has been told. */
function server(port: number, given: Partial<Limits>) {
  const limits = limitsOf(given);
  const changes: string[] = [];
  const points = new RedisPoints({
    url: `redis://127.0.0.1:${port}`,
    limits,
    fallback: new LeakyBuckets(limits),
    onChange: (away) => changes.push(away === undefined ? 'back' : 'away'),
  });
  onTestFinished(() => points.close());
  return { points, changes };
}

describe.skipIf(!existsSync(REDIS))('points of clients in Redis (needs redis-server)', () => {
  test('are shared by servers, and come back with time', async () => {
    const port = await freePort();
    const { cli } = await startRedis(port);
    const limits = { costBurst: 1_000, costPerSecond: 100 };
    const [one, two] = [server(port, limits), server(port, limits)];
    // Until it is connected, each counts alone.
    for (const { points } of [one, two]) await expect.poll(() => points.isShared).toBe(true);
    expect(await one.points.take('client', 600)).toEqual({ left: 400, retryAfterMs: undefined });
    const refused = await two.points.take('client', 600);
    expect(refused.left).toBeGreaterThanOrEqual(400);
    expect(refused.left).toBeLessThan(600);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(2_000);
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    await expect.poll(async () => (await two.points.take('client', 600)).retryAfterMs).toBeUndefined();
    expect(Number(cli('pttl', 'papergraph:points:client'))).toBeGreaterThan(0);
  });

  test('never exceed the burst: a higher price takes just that', async () => {
    const port = await freePort();
    await startRedis(port);
    const { points } = server(port, { costBurst: 100, costPerSecond: 1 });
    await expect.poll(() => points.isShared).toBe(true);
    expect(await points.take('client', 5_000)).toEqual({ left: 0, retryAfterMs: undefined });
    expect((await points.take('client', 5_000)).retryAfterMs).toBeGreaterThan(90_000);
  });

  test('are counted by each server alone while Redis is away or frozen, and shared again afterwards', async () => {
    const port = await freePort();
    const { kill } = await startRedis(port);
    const { points, changes } = server(port, { costBurst: 1_000, costPerSecond: 1 });
    await expect.poll(() => points.isShared).toBe(true);
    const left = async (price: number): Promise<number> => (await points.take('client', price)).left;
    expect(await left(600)).toBeLessThan(500);
    kill('SIGSTOP');
    expect(await left(300)).toBeGreaterThanOrEqual(700);
    // No further operation waits.
    expect(points.take('client', 1)).not.toBeInstanceOf(Promise);
    expect(changes).toEqual(['away']);
    kill('SIGCONT');
    await expect.poll(async () => (await left(0), changes)).toEqual(['away', 'back']);
    expect(await left(0)).toBeLessThan(600);
    kill('SIGKILL');
    await expect.poll(() => changes).toEqual(['away', 'back', 'away']);
    expect(points.take('client', 1)).not.toBeInstanceOf(Promise);
    await startRedis(port);
    await expect.poll(() => points.isShared).toBe(true);
    expect(changes).toEqual(['away', 'back', 'away', 'back']);
  });

  test('two servers share the budget of a client; if Redis stops, both still answer and say so once', async () => {
    const port = await freePort();
    const { cli, kill } = await startRedis(port);
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const flags = [
      '--rate-limit-store',
      `redis://127.0.0.1:${port}`,
      '--cost-burst',
      '1000',
      '--cost-per-second',
      '1',
    ];
    const [one, two] = [await startServing(database.url, flags), await startServing(database.url, flags)];
    const codeOf = async ({ ask }: typeof one): Promise<unknown> => {
      const { errors } = await ask(`{ __typename } # ${'x'.repeat(2_000)}`);
      return errors?.[0]?.extensions['code'];
    };
    await expect.poll(async () => (await codeOf(one), cli('dbsize'))).not.toBe('0\n');
    await expect.poll(async () => await codeOf(one)).toBe('RATE_LIMITED');
    await expect.poll(async () => await codeOf(two)).toBe('RATE_LIMITED');
    kill('SIGKILL');
    await expect.poll(() => one.stderr()).toContain('Redis is away');
    expect(await codeOf(one)).toBeUndefined();
    await expect.poll(async () => await codeOf(two)).toBeUndefined();
    // Once each time: a slow machine may have been late before.
    for (const { stderr } of [one, two]) {
      const times = (text: string): number => stderr().split(text).length - 1;
      expect(times('Redis is away') - times('Redis is back')).toBe(1);
    }
  });
});
