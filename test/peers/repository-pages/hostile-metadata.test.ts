// Metadata that attacks its readers, uploaded by the real API and opened in real Chromium, on a screen of a phone: nothing
// of it runs, loads, breaks the page or its width, and what it says can be read.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../../support/browser.ts';
import { hostileCases } from '../../support/hostile-metadata.ts';
import { startPages, type PagesFixture } from '../../support/pages-fixture.ts';
import { rawWheel } from '../../support/raw-wheel.ts';
import { upload } from '../../support/upload.ts';

let site: PagesFixture;
let browser: Browser;
const phone = { viewport: { width: 390, height: 844 } };
const cases = hostileCases.map((one, index) => ({ ...one, name: `case-${index}` }));
/** The answers to the uploads, by name. */
const answers = new Map<string, { status: number; text: string }>();

beforeAll(async () => {
  [site, browser] = await Promise.all([startPages(), startBrowser()]);
  for (const { name, headers = [], readme = '' } of cases) {
    answers.set(name, await site.publish({ name, headers, readme }));
  }
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

/** Runs in the page, and lists what is in it that no page of ours has. */
const audit = String.raw`(() => {
  const known = new Set(
    ('HTML HEAD META TITLE LINK BODY HEADER MAIN FOOTER NAV ASIDE ARTICLE SECTION DIV FIGURE FIGCAPTION FORM LABEL ' +
      'INPUT BUTTON A ABBR B BLOCKQUOTE BR CAPTION CITE CODE DD DEL DETAILS DL DT EM H1 H2 H3 H4 H5 H6 HR I INS KBD LI ' +
      'MARK OL P PRE Q S SAMP SMALL SPAN STRONG SUB SUMMARY SUP TABLE TBODY TD TFOOT TH THEAD TIME TR U UL VAR').split(' '),
  );
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    const isLogo = element.closest('svg.mark') !== null && element.closest('.top') !== null;
    if (!isLogo && !known.has(element.tagName)) found.push('element ' + element.tagName);
    for (const { name, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^form|^src/.test(name)) found.push('attribute ' + name + '=' + value);
    }
    const isLink = element.tagName === 'A' && element.hasAttribute('href');
    if (isLink && !['http:', 'https:', 'mailto:'].includes(element.protocol)) found.push('link to ' + element.href);
  }
  for (const selector of ['header.top', 'main#content', 'footer.bottom', '#q', 'h1']) {
    const { length } = document.querySelectorAll(selector);
    if (length !== 1) found.push(length + ' times ' + selector);
  }
  if (document.querySelector('.readme form') !== null) found.push('a form in a README');
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(scrollWidth + ' wide on ' + clientWidth);
  if ('pwned' in window) found.push('something ran');
  return found;
})()`;

const hasRun = (page: Page): Promise<boolean> => page.evaluate<boolean>(`'pwned' in window`);

/** Every address that the pages asked for, but for those of pages themselves and their style and icon. */
function watchRequests({ page }: WatchedPage): string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    const isPage = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (!isPage && !/^\/assets\/[0-9a-f]{16}\.(?:css|svg)$/.test(pathname)) requests.push(request.url());
  });
  return requests;
}

test('the cases are many, and few are refused', () => {
  expect(cases.length).toBeGreaterThan(200);
  const refused = cases.filter(({ name }) => answers.get(name)?.status !== 200);
  for (const { name } of refused)
    expect(answers.get(name)?.text).toMatch(/^Refused by the check of the metadata: /);
  expect(refused.map(({ title }) => title)).toEqual([]);
});

test(
  'nothing of any of them runs, loads or breaks its page, and it can be read',
  { timeout: 600_000 },
  async () => {
    const watched = await openPage(browser, phone);
    const { page, problems } = watched;
    const requests = watchRequests(watched);
    const wrong: Record<string, string[]> = {};
    for (const { name, title, shows } of cases) {
      if (answers.get(name)?.status !== 200) continue;
      await page.goto(`${site.repository.url}project/${name}/`);
      const found = [...(await page.evaluate<string[]>(audit)), ...problems(), ...requests.splice(0)];
      const text = await page.locator('main').innerText();
      if (shows !== undefined && !text.includes(shows)) found.push(`does not show ${shows}`);
      if (!text.startsWith(`${name} 1.0`)) found.push('has lost its heading');
      if (found.length > 0) wrong[title] = found;
    }
    expect(wrong).toEqual({});
  },
);

test('nor on the pages that list them', async () => {
  const watched = await openPage(browser, phone);
  const { page, problems } = watched;
  const requests = watchRequests(watched);
  const lists = [
    '',
    'recent/',
    ...[1, 2, 3, 4].map((at) => `staging/?page=${at}`),
    'search?q=safe-text',
    'search?q=pwned',
  ];
  for (const path of lists) {
    await page.goto(site.repository.url + path);
    const found = await page.evaluate<string[]>(audit);
    expect([path, ...found, ...problems(), ...requests.splice(0)]).toEqual([path]);
  }
  const feed = await (await fetch(`${site.repository.url}recent/feed.atom`)).text();
  const parsed = await page.evaluate<number>(
    `new DOMParser().parseFromString(${JSON.stringify(feed)}, 'application/xml').querySelectorAll('entry').length`,
  );
  expect(parsed).toBe(30);
});

test('names with HTML in them are refused, with an answer that is text', async () => {
  const evil = '<img src=x onerror=window.pwned=1>';
  const bytes = rawWheel({
    name: 'demo',
    metadata: `Metadata-Version: 2.1\nName: ${evil}\nVersion: 1.0\n\n`,
  });
  for (const order of [
    { filename: `${evil}-1.0-py3-none-any.whl`, bytes: rawWheel() },
    { filename: 'demo-1.0-py3-none-any.whl', bytes },
    { filename: 'demo-1.0-py3-none-any.whl', bytes: rawWheel(), fields: { name: evil } },
    { filename: `demo-${evil}.tar.gz`, bytes: rawWheel() },
  ]) {
    const { status, text } = await upload(site.repository.url, { ...order, token: site.token });
    expect([status, text]).toEqual([400, expect.stringMatching(/^Refused by the check of the /)]);
  }
});

test('reasons of yanking and of a status are text too', async () => {
  const evil = 'safe-text <img src=x onerror=window.pwned=1>';
  await site.publish({ name: 'reasons' });
  await site.change('POST', 'reasons/versions/1.0/yank', { reason: evil });
  await site.change('PUT', 'reasons/status', { status: 'archived', reason: evil });
  const { page, problems } = await openPage(browser, phone);
  await page.goto(`${site.repository.url}project/reasons/`);
  expect(await page.locator('main').innerText()).toContain(evil);
  await site.change('PUT', 'reasons/status', { status: 'quarantined', reason: evil });
  await page.goto(`${site.repository.url}project/reasons/`);
  expect(await page.locator('main').innerText()).toContain(evil);
  expect([...(await page.evaluate<string[]>(audit)), ...problems()]).toEqual([]);
});

test('what is searched for is text too', async () => {
  const { page, problems } = await openPage(browser, phone);
  for (const query of [
    '"><script>window.pwned=1</script>',
    "' onfocus='window.pwned=1",
    '<img src=x onerror=window.pwned=1>',
  ]) {
    await page.goto(`${site.repository.url}search?q=${encodeURIComponent(query)}`);
    expect(await page.getByRole('searchbox').inputValue()).toBe(query);
    await page.goto(`${site.repository.url}login?next=${encodeURIComponent(query)}`);
    await page.goto(`${site.repository.url}project/${encodeURIComponent(query)}/`);
    expect(await hasRun(page)).toBe(false);
  }
  expect(problems()).toEqual([]);
});

test('the attacks are real: without the sanitiser and the headers they run', async () => {
  const { page, context } = await openPage(browser, phone);
  let markup = '';
  await context.route('**/control', (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!DOCTYPE html><body>${markup}` }),
  );
  let count = 0;
  for (const { title, readme } of cases) {
    if (!title.startsWith('a README with') || readme === undefined || readme.length > 5000) continue;
    markup = readme;
    await page
      .goto(`${site.repository.url}control`, { waitUntil: 'domcontentloaded', timeout: 5000 })
      .catch(() => undefined);
    const ran = await page
      .waitForFunction(`'pwned' in window`, undefined, { timeout: 500 })
      .then(() => true)
      .catch(() => false);
    if (ran) count += 1;
    if (count > 20) break;
  }
  expect(count).toBeGreaterThan(20);
});
