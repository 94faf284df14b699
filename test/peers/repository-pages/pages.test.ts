// The web pages in Debian's real Chromium, without a network: looking, searching, logging in, promoting, by keyboard, in
// dark and light, on a desk and on a phone; and what axe-core says about each page.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditPage, openPage, startBrowser } from '../../support/browser.ts';
import { startPages, type PagesFixture } from '../../support/pages-fixture.ts';

let site: PagesFixture;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startPages(), startBrowser()]);
  await site.publish({
    name: 'Acme.Core',
    headers: ['Summary: What every acme application needs', 'Description-Content-Type: text/markdown'],
    readme: '# Core\n\nSee [below](#use).\n\n## Use\n\n**Bold**.\n',
  });
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

test('a project is found, and its page is read', async () => {
  const { page, problems } = await openPage(browser);
  await page.goto(site.repository.url);
  await page.getByRole('searchbox').fill('application');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('link', { name: 'Acme.Core' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Acme.Core 1.0');
  await page.getByRole('link', { name: 'below' }).click();
  expect(page.url()).toMatch(/#readme-use$/);
  expect(problems()).toEqual([]);
});

test.each(['light', 'dark'] as const)('axe-core finds nothing to improve, in %s', async (colorScheme) => {
  const { page, problems } = await openPage(browser, { colorScheme });
  for (const path of ['', 'search?q=acme', 'project/acme-core/', 'recent/', 'staging/', 'login', 'nowhere']) {
    await page.goto(new URL(path, site.repository.url).href);
    expect(await auditPage(page), `${path} in ${colorScheme}`).toEqual([]);
  }
  expect(problems()).toEqual([]);
});
