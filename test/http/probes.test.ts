import { describe, expect, test } from 'vitest';
import { createReadiness } from '../../src/http/readiness.ts';
import { startTestServer } from '../support/server.ts';

const probe = async (url: string, path: string, method = 'GET') => {
  const response = await fetch(url + path, { method });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

describe('probes', () => {
  test('/healthz answers 200 while the process runs, even if every check fails', async () => {
    const readiness = createReadiness({ database: async () => false });
    const { url } = await startTestServer({ readiness });
    expect(await probe(url, '/healthz')).toEqual({ status: 200, body: { status: 'ok', checks: {} } });
  });

  test('/readyz answers 200 if every check passes', async () => {
    const readiness = createReadiness({ database: async () => true, schema: async () => true });
    const { url } = await startTestServer({ readiness });
    const checks = { database: 'ok', schema: 'ok', draining: 'ok' };
    expect(await probe(url, '/readyz')).toEqual({ status: 200, body: { status: 'ok', checks } });
  });

  test('/readyz answers 503 and names only the failed check', async () => {
    const readiness = createReadiness(
      {
        database: async () => {
          throw new Error('password authentication failed for user "jane"');
        },
        schema: async () => await new Promise<boolean>(() => {}),
        other: async () => true,
      },
      20,
    );
    const { url } = await startTestServer({ readiness });
    const checks = { database: 'failed', schema: 'failed', other: 'ok', draining: 'ok' };
    expect(await probe(url, '/readyz')).toEqual({ status: 503, body: { status: 'unavailable', checks } });
  });

  test('/readyz answers 503 once the server drains', async () => {
    const readiness = createReadiness({ database: async () => true });
    const { url } = await startTestServer({ readiness });
    readiness.drain();
    const checks = { database: 'ok', draining: 'failed' };
    expect(await probe(url, '/readyz')).toEqual({ status: 503, body: { status: 'unavailable', checks } });
  });

  test('concurrent probes share one check', async () => {
    let runs = 0;
    let finish: ((ok: boolean) => void) | undefined;
    const readiness = createReadiness({
      database: async () => {
        runs++;
        return await new Promise<boolean>((resolve) => (finish = resolve));
      },
    });
    const all = Promise.all([readiness.check(), readiness.check(), readiness.check()]);
    finish?.(true);
    expect((await all).map(({ ready }) => ready)).toEqual([true, true, true]);
    expect(runs).toBe(1);
  });

  test.each(['/healthz', '/readyz'])('%s answers HEAD without a body', async (path) => {
    const { url } = await startTestServer();
    expect(await probe(url, path, 'HEAD')).toEqual({ status: 200, body: undefined });
  });
});

test('/ redirects to /graphql', async () => {
  const { url } = await startTestServer();
  const response = await fetch(url, { redirect: 'manual' });
  const location = new URL(response.headers.get('location') ?? '', `${url}/`);
  expect([response.status, location.href]).toEqual([302, `${url}/graphql`]);
});

test.each(['/nothing', '/graphql/more', '/graphiql/nothing.js', '/healthz/', '//', '/%'])(
  '%s is answered with 404 and JSON',
  async (path) => {
    const { url } = await startTestServer();
    expect(await probe(url, path)).toMatchObject({ status: 404, body: { error: 'not found' } });
  },
);

test('requests for the files of GraphiQL are logged at level debug only', async () => {
  const { url, logged } = await startTestServer();
  await (await fetch(`${url}/graphiql/nothing.js`)).text();
  await expect
    .poll(() => logged.find(({ msg }) => msg === 'request'))
    .toMatchObject({ path: '/graphiql/nothing.js', level: 20 });
});
