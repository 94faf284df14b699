// What all pages have around their content: head, header with search and login, footer.

import { assetPaths, logo } from './assets/assets.ts';
import { html, trusted, type Html, type HtmlValue } from './html.ts';
import type { View } from './site.ts';

export interface Content {
  title: string;
  body: Html;
  /** What is in the search box. */
  query?: string;
  /** The start page has a larger search box of its own. */
  withoutSearch?: boolean;
  /** In the head. */
  head?: HtmlValue;
  current?: 'recent' | 'staging' | 'login';
}

export interface LayoutFacts {
  /** How many files wait in staging, where the reader may know it. */
  staged?: number;
}

export function renderLayout(view: View, content: Content, { staged = 0 }: LayoutFacts): string {
  const { root } = view;
  const { title, body, head, withoutSearch = false } = content;
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="${root}${assetPaths.styleSheet}" />
        <link rel="icon" type="image/svg+xml" href="${root}${assetPaths.icon}" />
        <link
          rel="alternate"
          type="application/atom+xml"
          title="Recent uploads"
          href="${root}recent/feed.atom"
        />
        ${head}
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
          <div class="bar">
            <a class="brand" href="${root}" aria-label="clutch, start page"
              >${trusted(logo)}<span>clutch</span></a
            >
            ${!withoutSearch && searchForm(view, content.query ?? '')} ${navigation(view, content, staged)}
          </div>
        </header>
        <main id="content" tabindex="-1">${body}</main>
        <footer class="bottom">
          <ul>
            <li><a href="${root}simple/">Simple index</a></li>
            <li><a href="${root}links/">Flat links</a></li>
            <li><a href="${root}dev/">Development links</a></li>
            <li><a href="${root}recent/feed.atom">Feed</a></li>
          </ul>
        </footer>
      </body>
    </html> `.toString();
}

/** `large` for the start page. */
export function searchForm({ root }: View, query: string, large = false): Html {
  return html`<form class="search${large && ' large'}" role="search" action="${root}search" method="get">
    <label class="unseen" for="q">Search projects</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${query}"
      placeholder="Search projects"
      maxlength="200"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      ${large && trusted(' autofocus')}
    />
    <button type="submit">Search</button>
  </form>`;
}

function navigation(view: View, { current }: Content, staged: number): Html {
  const { root, viewer, formKey, place } = view;
  const mark = (name: Content['current']): Html | false =>
    name === current && trusted(' aria-current="page"');
  return html`<nav aria-label="Main">
    <a href="${root}recent/" ${mark('recent')}>Recent</a>
    <a href="${root}staging/" ${mark('staging')}
      >Staging${staged > 0 && html` <span class="count">${staged}</span>`}</a
    >
    ${
      viewer === undefined
        ? html`<a href="${root}login?next=${encodeURIComponent(place)}" ${mark('login')}>Log in</a>`
        : html`<form class="who" action="${root}logout" method="post">
            <input type="hidden" name="key" value="${formKey}" />
            <span class="name" title="The token you are logged in with">${viewer.name}</span>
            <button class="quiet" type="submit">Log out</button>
          </form>`
    }
  </nav>`;
}

export type Tone = 'good' | 'wait' | 'bad' | 'calm';

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

export function notice(tone: Tone, body: HtmlValue): Html {
  return html`<div class="notice ${tone}">${body}</div>`;
}
