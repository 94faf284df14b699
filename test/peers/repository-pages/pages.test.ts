// The web pages in Debian's real Chromium, without a network: looking, searching, logging in, promoting, by keyboard, in
// dark and light, on a desk and on a phone; and what axe-core says about each page. Also makes the pictures of
// docs/repository.md: with UPDATE_SCREENSHOTS=1 it writes them, else it sees that they can be made and are there.

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditPage, openPage, startBrowser } from '../../support/browser.ts';
import { nginxBefore } from '../../support/nginx-before.ts';
import { publishShowcase } from '../../support/pages-showcase.ts';
import { startPages, type PagesFixture } from '../../support/pages-fixture.ts';
import { repository as checkout } from '../../support/run-clutch.ts';

let site: PagesFixture;
let closed: PagesFixture;
let browser: Browser;
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

beforeAll(async () => {
  [site, closed, browser] = await Promise.all([startPages(), startPages('--private'), startBrowser()]);
  await publishShowcase(site);
  await closed.publish({ name: 'secret', headers: ['Summary: Nobody knows'] });
});

afterAll(async () => {
  await browser.close();
  await Promise.all([site.close(), closed.close()]);
});

const at = (path: string, { repository } = site): string => new URL(path, repository.url).href;

async function logIn(page: Page, fixture = site): Promise<void> {
  await page.goto(at('login', fixture));
  await page.getByLabel('Token').fill(fixture.token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

/** What has the focus, as a screen reader names it. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { activeElement: element } = document;
    return (element.labels?.[0]?.innerText ?? element.getAttribute('aria-label') ?? element.innerText).trim();
  })()`);
}

test('a project is found, its page is read, and its files are there', async () => {
  const { page, problems } = await openPage(browser);
  await page.goto(site.repository.url);
  await page.getByRole('searchbox').fill('warmth');
  await page.getByRole('searchbox').press('Enter');
  expect(await page.getByRole('status').innerText()).toBe('1 project');
  await page.getByRole('link', { name: 'acme.nest' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('acme.nest 2.1');
  await page.getByRole('link', { name: 'configured', exact: true }).click();
  expect(page.url()).toMatch(/#readme-configuration$/);
  const target = page.getByRole('heading', { name: 'Configuration' });
  expect((await target.boundingBox())?.y).toBeLessThan(page.viewportSize()?.height ?? 0);
  const file = page.getByRole('link', { name: 'acme.nest-2.1-py3-none-any.whl', exact: true });
  const address = (await file.getAttribute('href')) ?? '';
  expect((await page.request.get(new URL(address, page.url()).href)).status()).toBe(200);
  await page.getByRole('link', { name: 'acme.base' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('acme.base 1.4.2');
  await page.goBack();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Recent' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Recent uploads');
  expect(problems()).toEqual([]);
});

test('who may promotes a version by two clicks, without JavaScript', async () => {
  await site.publish({ name: 'acme.egg', version: '5.0', headers: ['Summary: To be promoted'] });
  const { page, problems } = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(at('project/acme-egg/'));
  await page.locator('main').getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Token').fill('clutch_wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  expect(await page.getByRole('alert').innerText()).toContain('not known');
  await page.getByLabel('Token').fill(site.token);
  await page.getByRole('button', { name: 'Log in' }).click();
  expect(page.url()).toBe(at('project/acme-egg/'));
  const button = page.getByRole('button', { name: 'Promote acme-egg 5.0' });
  expect(await button.isVisible()).toBe(false);
  await page.locator('summary', { hasText: 'Promote' }).click();
  await button.click();
  expect(await page.getByRole('status').innerText()).toContain('Promoted.');
  const index = await (await fetch(at('simple/acme-egg/'))).text();
  expect(index).toContain('acme.egg-5.0-py3-none-any.whl');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.goto(at('staging/'));
  expect(await page.locator('summary').count()).toBe(0);
  expect(problems()).toEqual([]);
});

test('everything is done by keyboard alone, with a focus that is seen', async () => {
  await site.publish({ name: 'acme.keys', version: '1.0', headers: ['Summary: Typed'] });
  const { page, problems } = await openPage(browser);
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const tabTo = async (name: string | RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await press('Tab');
      const now = await focused(page);
      if (typeof name === 'string' ? now === name : name.test(now)) return;
    }
    throw new Error(`no Tab leads to ${String(name)}`);
  };
  await page.goto(at('project/acme-keys/'));
  await press('Tab');
  expect(await focused(page)).toBe('Skip to content');
  expect((await page.locator('.skip').boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await press('Enter');
  await press('Tab');
  expect(await focused(page)).toBe('Log in');
  const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
  expect(outline).toBe('solid');
  await press('Enter');
  await page.waitForURL('**/login?**');
  await tabTo('Token');
  await page.keyboard.type(site.token);
  await press('Enter');
  await page.waitForURL('**/project/acme-keys/');
  await tabTo(/^Promote/);
  await press('Enter');
  await tabTo('Promote acme-keys 1.0');
  await press('Enter');
  await page.waitForURL('**/?done=promoted');
  await tabTo('Search projects');
  await page.keyboard.type('typed');
  await press('Enter');
  await page.waitForURL('**/search?q=typed');
  await tabTo(/^acme\.keys/);
  expect(problems()).toEqual([]);
});

test('the focus is seen on everything that can have it', async () => {
  const { page } = await openPage(browser);
  await logIn(page);
  for (const path of ['', 'project/acme-nest/', 'staging/', 'login']) {
    await page.goto(at(path));
    await page.keyboard.press('Tab');
    const names = new Set<string>();
    for (let presses = 0; presses < 80; presses += 1) {
      const [name = '', style = '', width = ''] = await page.evaluate<string[]>(`(() => {
        const { activeElement: element } = document;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return [element.outerHTML.slice(0, 200), outlineStyle, outlineWidth];
      })()`);
      if (name.startsWith('<body')) break;
      names.add(name);
      expect([name, style, width]).toEqual([name, 'solid', '3px']);
      await page.keyboard.press('Tab');
    }
    expect(names.size).toBeGreaterThan(8);
  }
});

test.each([
  ['light', undefined],
  ['dark', undefined],
  ['light', phone],
  ['dark', phone],
] as const)('axe-core finds nothing to improve, in %s, on a phone or a desk', async (colorScheme, device) => {
  const { page, problems } = await openPage(browser, { colorScheme, ...device });
  const pages = [
    '',
    'search?q=acme',
    'search?q=nothing-like-that',
    'project/acme-nest/',
    'project/acme-nest/2.2rc1/',
    'project/acme-base/1.4.1/',
    'project/acme-old/',
    'recent/',
    'staging/',
    'login',
    'nowhere',
  ];
  const audit = async (path: string): Promise<void> => {
    await page.goto(at(path));
    expect(await auditPage(page), path).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect([path, width <= 0]).toEqual([path, true]);
  };
  for (const path of pages) await audit(path);
  await logIn(page);
  await audit('staging/');
  await page.goto(at('project/acme-nest/2.2rc1/'));
  await page.locator('summary', { hasText: 'Promote' }).click();
  expect(await auditPage(page)).toEqual([]);
  expect(problems()).toEqual([]);
});

test('a private repository shows its pages and files to who is logged in, and nothing to others', async () => {
  const { page, problems } = await openPage(browser);
  await page.goto(at('project/secret/', closed));
  expect(await page.locator('body').innerText()).not.toContain('Nobody knows');
  await page.getByLabel('Token').fill(closed.token);
  await page.getByRole('button', { name: 'Log in' }).click();
  expect(await page.locator('main').innerText()).toContain('Nobody knows');
  expect(page.url()).toBe(at('project/secret/', closed));
  const file = await page
    .getByRole('link', { name: 'secret-1.0-py3-none-any.whl', exact: true })
    .getAttribute('href');
  expect((await page.request.get(new URL(file ?? '', page.url()).href)).status()).toBe(200);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.goto(at('project/secret/', closed));
  expect(await page.locator('body').innerText()).not.toContain('Nobody knows');
  expect(problems()).toEqual([]);
});

test('a link from another site leads who is logged in to the page, and nobody else', async () => {
  const { page, context } = await openPage(browser);
  await logIn(page, closed);
  // The same machine under another name is another site.
  const foreign = closed.repository.url.replace('127.0.0.1', 'localhost');
  await context.unroute('**/*');
  await context.route(`${foreign}elsewhere`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<a href="${at('project/secret/', closed)}">there</a>` }),
  );
  await page.goto(`${foreign}elsewhere`);
  await page.getByRole('link', { name: 'there' }).click();
  await page.getByText('Nobody knows').waitFor();
  await context.clearCookies();
  await page.goto(`${foreign}elsewhere`);
  await page.getByRole('link', { name: 'there' }).click();
  await page.getByLabel('Token').waitFor();
});

test('a form on another site promotes nothing, with or without the key', async () => {
  await site.publish({ name: 'acme.forged', version: '1.0' });
  const { page, context } = await openPage(browser);
  await logIn(page);
  await page.goto(at('project/acme-forged/1.0/'));
  const key = await page.locator('.promote input[name=key]').getAttribute('value');
  const foreign = site.repository.url.replace('127.0.0.1', 'localhost');
  await context.unroute('**/*');
  await context.route(`${foreign}elsewhere`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${at('project/acme-forged/1.0/promote')}"><input name="key" value="${key}"><button>go</button></form>`,
    }),
  );
  await page.goto(`${foreign}elsewhere`);
  await page.getByRole('button', { name: 'go' }).click();
  await page.getByText('A page of another site asks for a change').waitFor();
  expect(await (await fetch(at('simple/acme-forged/'))).text()).not.toContain('acme.forged-1.0');
});

test('below a path of a proxy everything works as it does at the root', async () => {
  const outside = await nginxBefore(site.repository.url, site.workspace.base);
  await site.publish({ name: 'acme.inner', version: '1.0', headers: ['Summary: Behind something'] });
  const { page, problems } = await openPage(browser);
  await page.goto(outside);
  await page.getByRole('searchbox').fill('behind something');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('link', { name: 'acme.inner' }).click();
  expect(page.url()).toBe(`${outside}project/acme-inner/`);
  expect(await page.locator('.install').innerText()).toContain(`find-links = ${outside}staging/links/`);
  await page.locator('main').getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Token').fill(site.token);
  await page.getByRole('button', { name: 'Log in' }).click();
  expect(page.url()).toBe(`${outside}project/acme-inner/`);
  await page.locator('summary', { hasText: 'Promote' }).click();
  await page.getByRole('button', { name: 'Promote acme-inner 1.0' }).click();
  expect(await page.getByRole('status').innerText()).toContain('Promoted.');
  await page.getByRole('button', { name: 'Log out' }).click();
  expect(page.url()).toBe(outside);
  await page.goto(`${outside}project/Acme_Inner`);
  expect(page.url()).toBe(`${outside}project/acme-inner/`);
  await page.goto(`${outside}nowhere/at/all`);
  await page.getByRole('link', { name: 'Start page', exact: true }).click();
  expect(page.url()).toBe(outside);
  expect(problems()).toEqual([]);
});

const pictures: readonly [name: string, path: string, options: Record<string, unknown>][] = [
  ['start', '', {}],
  ['project', 'project/acme-nest/', {}],
  ['project-dark', 'project/acme-nest/', { colorScheme: 'dark' }],
  ['staging', 'staging/', {}],
  ['phone', 'project/acme-nest/', phone],
];

describe('pictures of the documentation', () => {
  let showcase: PagesFixture;

  beforeAll(async () => {
    // It is asked for nothing that is not there.
    showcase = await startPages('--upstream', 'https://pypi.org/simple/');
    await publishShowcase(showcase);
  });
  afterAll(() => showcase.close());

  test.each(pictures)('%s can be made', async (name, path, options) => {
    const { page, context } = await openPage(browser, { viewport: { width: 1120, height: 760 }, ...options });
    if (name === 'staging') await logIn(page, showcase);
    await page.goto(at(path, showcase));
    // The address of this run would be another one each time.
    await page.evaluate(`
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        node.data = node.data.replaceAll(location.origin, 'https://eggs.example.org');
      }
      document.activeElement.blur()`);
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
    const bytes = Buffer.from(data, 'base64');
    expect(bytes.length).toBeGreaterThan(8000);
    expect(bytes.length).toBeLessThan(150_000);
    const folder = join(checkout, 'docs', 'repository');
    const file = join(folder, `${name}.webp`);
    if (process.env['UPDATE_SCREENSHOTS'] === '1') {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, bytes);
    }
    expect(existsSync(file)).toBe(true);
    // What is there was made of a page like this one.
    expect(statSync(file).size / bytes.length).toBeGreaterThan(0.5);
    expect(statSync(file).size / bytes.length).toBeLessThan(2);
  });
});
