import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/cli/describe-status.ts';
import { version } from '../../src/cli/version.ts';
import { decodeFeedCursor } from '../../src/events/feed-cursor.ts';
import { runCli, type Outcome } from '../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await openTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-status-'));
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const papergraph = async (...argv: string[]): Promise<Outcome> =>
  await runCli(argv, { DATABASE_URL: database.url });

const statusOf = async (): Promise<Status> =>
  JSON.parse((await papergraph('status', '--json')).stdout) as Status;

async function ingest(name: string, text: string, source: string): Promise<void> {
  writeFileSync(path.join(folder, name), text);
  await papergraph('ingest', path.join(folder, name), '--source', source);
}

describe('papergraph status', () => {
  test('shows an empty store as one', async () => {
    const { status, stdout, stderr } = await papergraph('status');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Papers +0 by 0 authors\n[^]*^Days +no day\n[^]*^Sources\n {2}none\n/m);
    expect(await statusOf()).toMatchObject({ papers: 0, sources: [], runs: [], firstDay: null });
  });

  test('shows sources, days, languages, runs with their problems, the feed, size and versions', async () => {
    const [one, two] = [jsonRecord('2601.00001'), jsonRecord('2601.00002')];
    const { AI: _ai, ...raw } = jsonRecord('2601.00003');
    await ingest('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(one, two), 'me/digests');
    await ingest('2026-01-16.jsonl', jsonl(raw), 'me/digests');
    await ingest('2026-01-17_AI_enhanced_English.jsonl', `${jsonl(one)}{"id": "2601.00009"}\n`, 'you');
    await ingest('2026-01-18.md', '# Notes \u001b[31m\n', 'you');

    const status = await statusOf();
    expect(status).toMatchObject({
      versions: { papergraph: version(), migration: expect.stringMatching(/^\d{4}_/) as string },
      papers: 3,
      authors: 2,
      digests: 3,
      entries: 4,
      days: 3,
      firstDay: '2026-01-15',
      lastDay: '2026-01-17',
    });
    expect(status.languages).toEqual(['en', 'zh', null].map((language) => ({ language, digests: 1 })));
    expect(status.sources).toEqual([
      {
        name: 'me/digests',
        digests: 2,
        days: 2,
        firstDay: '2026-01-15',
        lastDay: '2026-01-16',
        languages: ['zh'],
        rawListings: 1,
        entries: 3,
      },
      expect.objectContaining({ name: 'you', languages: ['en'], rawListings: 0, entries: 1 }),
    ]);
    expect(status.runs.map((run) => [run.origin, run.status, run.problemCount])).toEqual([
      ['2026-01-18.md', 'REFUSED', 1],
      ['2026-01-17_AI_enhanced_English.jsonl', 'PARTIAL', 1],
      ['2026-01-16.jsonl', 'STORED', 0],
      ['2026-01-15_AI_enhanced_Chinese.jsonl', 'STORED', 0],
    ]);
    expect(status.runs[1]).toMatchObject({
      digest: { source: 'you', date: '2026-01-17', language: 'en', revision: 1 },
      problems: [{ severity: 'REJECTED', line: 2, arxivId: '2601.00009' }],
    });
    expect(status.sizeBytes).toBeGreaterThan(1_000_000);
    expect(status.feed.head).toBeGreaterThan(0);
    expect(status.feed.events).toBe(status.feed.head);
  });

  test('shows the same to a person, and nothing that commands the terminal', async () => {
    const { stdout } = await papergraph('status');
    expect(stdout).toMatch(/^Languages +/m);
    expect(stdout).toContain('me/digests: 2 digests (zh, 1 raw listing), 3 entries, 2 days from 2026-01-15');
    expect(stdout).toMatch(
      /PARTIAL +2026-01-17_\S+: you 2026-01-17 en: 1 entry, 0 papers added, 1 rejected\n/,
    );
    expect(stdout).toMatch(/^ {4,}2026-01-17_\S+:2: rejected: 2601\.00009: /m);
    expect(stdout).not.toContain('\u001b');
  });

  test('gives the cursor of the feed as it is now', async () => {
    const { feed } = await statusOf();
    const { rows } = await database.pool.query<{ epoch: string }>('select epoch from feed');
    expect(decodeFeedCursor(rows[0]?.epoch ?? '', feed.cursor)).toBe(feed.head);
  });

  test('changes nothing: a database without our tables is told of, and stays as it is', async () => {
    await database.pool.query('create schema elsewhere');
    const url = new URL(database.url);
    url.searchParams.set('options', '-c search_path=elsewhere');
    const { status, stderr } = await runCli(['status'], { DATABASE_URL: url.href });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^papergraph: migrations are pending at .*0001_.*run papergraph migrate\n$/),
    ]);
  });
});
