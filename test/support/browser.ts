import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { PATIENT_MS } from './graphql.ts';

/** The browser of the tests. Without it, they are skipped. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

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

/** A page that reaches one server alone, with what it asked of others and what it complained of. */
interface WatchedPage {
  readonly page: Page;
  readonly elsewhere: string[];
  readonly complaints: string[];
}

/** Opens a page that may reach this origin, with a certificate of any kind. It closes with the test. */
export type OpenPage = (origin: string, width?: number) => Promise<WatchedPage>;

/** A browser for the tests of a file or a group. */
export function useBrowser(): { readonly openPage: OpenPage } {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: PATIENT_MS });
  });
  afterAll(async () => await browser.close());
  return { openPage: async (origin, width = 1400) => await openPage(browser, origin, width) };
}

async function openPage(browser: Browser, origin: string, width: number): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height: 850 }, ignoreHTTPSErrors: true });
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
