// Debian's real Chromium, without a network: every request that is not for this machine is stopped and remembered, and so
// is whatever a page should not do: run a script, complain in the console, open a window, download.

import axe, { type AxeResults } from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { onTestFinished } from 'vitest';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

/** A browser with a profile of its own, to be closed by who asked. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags, headless: true });
}

export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** What went wrong so far, a line each; empties the list. */
  problems: () => string[];
}

/** A page with cookies of its own; it ends with the test. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  let problems: string[] = [];
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.hostname === '127.0.0.1') return route.continue();
    problems.push(`asks for ${url.href}`);
    return route.abort();
  });
  const page = await context.newPage();
  // What the pages of Chromium itself say of an answer 4xx is no complaint about the page.
  page.on('console', (message) => {
    const text = message.text();
    if (!text.startsWith('Failed to load resource: the server responded with a status of 4')) {
      problems.push(`console ${message.type()}: ${text}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`script error: ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('download', (download) => problems.push(`download: ${download.url()}`));
  page.on('worker', (worker) => problems.push(`worker: ${worker.url()}`));
  context.on('page', (other) => problems.push(`window: ${other.url()}`));
  return {
    page,
    context,
    problems: () => {
      const found = problems;
      problems = [];
      return found;
    },
  };
}

/** What axe-core finds wrong with the page, all its rules: the rule, the element and the reason, a line each. */
export async function auditPage(page: Page): Promise<string[]> {
  // By the debugger's way: a script of the page would be refused.
  await page.evaluate(axe.source);
  const result = await page.evaluate<AxeResults>('axe.run()');
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) =>
        `${id}: ${html.slice(0, 200)}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
    ),
  );
}
