import { existsSync, mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ingestSample } from '../../src/ingest/sample.ts';
import { CHROMIUM, useBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

const PICTURES = 'test/.artifacts';

const answerOf = async (page: Page): Promise<string> =>
  await page.locator('.graphiql-response').innerText({ timeout: 30_000 });

async function startSampleServer(): Promise<string> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  await ingestSample(database.pool);
  const createContext = createContextFactory({ database, prepared: true });
  return (await startTestServer({ schema, createContext })).url;
}

describe.skipIf(!existsSync(CHROMIUM))(`GraphiQL in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  const { openPage } = useBrowser();

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

  test('can be used at the width of a phone, with Chinese punctuation, and shows failures without a stack', async () => {
    const url = await startSampleServer();
    const { page } = await openPage(url, 390);
    // Between Latin letters Monaco by default draws a box around each of these marks.
    const query = '# LLM，agent（RL）：GPT-4，\n{ papers(first: 1) { totalCount } }';
    await page.goto(`${url}/graphql?query=${encodeURIComponent(query)}`);
    const play = page.getByRole('button', { name: /execute query/i });
    await play.click();
    await expect.poll(async () => await answerOf(page)).toContain('"totalCount"');
    for (const pane of ['.graphiql-query-editor', '.graphiql-response']) {
      const box = await page.locator(pane).boundingBox();
      expect(box).toMatchObject({ width: expect.closeTo(374, -1) as number });
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(850);
    }
    const boxes =
      '__MONACO.editor.getEditors().map((e) => e.getRawOptions().unicodeHighlight.ambiguousCharacters)';
    expect(await page.evaluate(boxes)).toEqual([false, false, false, false]);
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/graphiql-phone.png` });

    await page.goto(`${url}/graphql?query=${encodeURIComponent('{ papers(first: ')}`);
    const failed = async (): Promise<string> => {
      await play.click();
      return await answerOf(page);
    };
    await expect.poll(failed).toMatch(/Syntax\sError/);
    expect(await answerOf(page)).not.toMatch(/"stack"|graphiql\.js/);
  });

  test('subscribes, and shows all papers that ingests bring in meanwhile', async () => {
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
    // Two messages bring these: the tab shows the events of all messages, from the first to the last.
    const many = Array.from({ length: 60 }, (_, index) => `2601.1${String(index).padStart(4, '0')}`);
    await ingestRecords(database.pool, '2026-01-15.jsonl', many);
    const show = async (key: string): Promise<string> => {
      await page.locator('.graphiql-response .view-lines').click();
      await page.keyboard.press(key);
      return await answerOf(page);
    };
    await expect.poll(async () => await show('Control+End')).toContain('"2601.10059"');
    await expect.poll(async () => await show('Control+Home')).toContain('"2601.04242"');
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/graphiql-feed.png` });

    await page.getByRole('button', { name: /stop query/i }).click();
    await expect.poll(() => feed.size()).toBe(0);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
