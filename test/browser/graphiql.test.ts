import { existsSync, mkdirSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ingestSample } from '../../src/ingest/sample.ts';
import { openTestDatabase } from '../support/database.ts';
import { PATIENT_MS } from '../support/graphql.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const PICTURES = 'test/.artifacts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;

/** A page that reaches one server alone, with what it asked of others and what it complained of. */
async function openPage(origin: string) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  onTestFinished(async () => {
    // A request that is under way must not fail in the handler once the page is gone.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
  });
  page.setDefaultTimeout(PATIENT_MS);
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (new URL(url).origin === origin || url.startsWith('blob:')) return await route.continue();
    elsewhere.push(url);
    return await route.abort();
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, elsewhere, complaints };
}

const answerOf = async (page: Page): Promise<string> =>
  await page.locator('.graphiql-response').innerText({ timeout: 30_000 });

async function startSampleServer(): Promise<string> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  await ingestSample(database);
  const createContext = createContextFactory({ database, prepared: true });
  return (await startTestServer({ schema, createContext })).url;
}

describe.skipIf(!existsSync(CHROMIUM))(`GraphiQL in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: PATIENT_MS });
  });
  afterAll(async () => await browser.close());

  test('opens with a nested query that runs by the play button, and loads nothing from elsewhere', async () => {
    const url = await startSampleServer();
    const { page, elsewhere, complaints } = await openPage(url);
    await page.goto(`${url}/graphql`);
    await page.getByRole('button', { name: /execute query/i }).click();
    await expect.poll(async () => await answerOf(page)).toMatch(/"papers":[^]*"title":\s"./);
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/graphiql.png` });

    for (const name of ['SearchPapers', 'LatestDigest', 'NewestPapers']) {
      await page.getByRole('tab', { name }).click();
      await expect
        .poll(async () => await page.getByRole('tab', { name }).getAttribute('aria-selected'))
        .toBe('true');
    }
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('subscribes, and shows a paper that an ingest brings in meanwhile', async () => {
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const { url, feed } = await startLiveServer(database);
    const { page, elsewhere, complaints } = await openPage(url);
    await page.goto(`${url}/graphql`);
    await page.getByRole('tab', { name: 'IncomingPapers' }).click();
    const play = page.getByRole('button', { name: /execute query/i });
    // GraphiQL takes a moment to see which operation the tab holds; pressed before, it says so and runs nothing.
    const run = async (): Promise<string> => {
      if (await play.isVisible()) await play.click();
      return await answerOf(page);
    };
    await expect.poll(run).toMatch(/"caughtUp":\strue/);
    await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.04242']);
    await expect.poll(async () => await answerOf(page)).toContain('"2601.04242"');
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/graphiql-feed.png` });

    await page.getByRole('button', { name: /stop query/i }).click();
    await expect.poll(() => feed.size()).toBe(0);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
