import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { retrying } from '../../src/database/retry.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

test.each([
  '08006',
  '25006',
  '40001',
  '53300',
  '57P03',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
])('an ingest that fails with %s is tried again', async (code) => {
  const failures = [Object.assign(new Error('passing'), { code })];
  const work = async (): Promise<string> => {
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
    return 'done';
  };
  expect(await retrying(work)).toBe('done');
});

test('an ingest that fails with a permanent error is not tried again', async () => {
  let tries = 0;
  const work = async (): Promise<never> => {
    tries += 1;
    throw Object.assign(new Error('no such table'), { code: '42P01' });
  };
  await expect(retrying(work)).rejects.toThrow('no such table');
  expect(tries).toBe(1);
});

test('an ingest without a database is not tried again once it is told to stop', async () => {
  const pool = new pg.Pool({ host: '127.0.0.1', port: 9 });
  onTestFinished(async () => await pool.end());
  const controller = new AbortController();
  const connect = vi.spyOn(pool, 'connect').mockImplementation((): never => {
    if (connect.mock.calls.length === 2) controller.abort();
    throw Object.assign(new Error('nobody listens'), { code: 'ECONNREFUSED' });
  });
  const ingest = ingestFile(pool, textFile('2026-01-15.jsonl', jsonl(jsonRecord('2601.00001'))), {
    stop: controller.signal,
  });
  await expect(ingest).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(connect).toHaveBeenCalledTimes(2);
});
