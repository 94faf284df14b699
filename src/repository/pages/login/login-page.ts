// The page for a token, and the pages that say no.

import { html, plain, type Html } from '../html.ts';
import { notice, searchForm, type Content } from '../layout.ts';
import type { View } from '../site.ts';

export interface LoginRequest {
  /** Where to go on, below the root. */
  next: string;
  problem?: string;
}

export function loginPage({ root, viewer }: View, { next, problem }: LoginRequest): Content {
  return {
    title: 'Log in',
    current: 'login',
    body: html`<div class="narrow">
      <h1>Log in</h1>
      ${problem !== undefined && notice('bad', html`<p role="alert" id="problem">${problem}</p>`)}
      ${viewer !== undefined && notice('calm', html`<p>You are logged in as <q>${viewer.name}</q>.</p>`)}
      <form class="login" action="${root}login" method="post">
        <input type="hidden" name="next" value="${next}" />
        <input type="text" name="user" value="token" autocomplete="username" hidden />
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck="false"
          ${problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`}
        />
        <p class="hint">
          It begins with <code>clutch_</code>. Whoever runs this repository makes one by
          <code>clutch token create</code>.
        </p>
        <button type="submit">Log in</button>
      </form>
    </div>`,
  };
}

const titles: Readonly<Record<number, string>> = {
  400: 'This request can’t be answered',
  401: 'Log in first',
  403: 'Not with this token',
  404: 'There is nothing here',
  409: 'That can’t be done any more',
  413: 'Too large',
  507: 'The disk is full',
};

export function errorPage(
  view: View,
  { status, message, hint }: { status: number; message: string; hint?: string },
): Content {
  const title = titles[status] ?? 'Something went wrong';
  return {
    title,
    withoutSearch: status === 404,
    body: html`<div class="narrow">
      <h1><span class="status">${status}</span> ${title}</h1>
      <p class="lead">${withCode(plain(message, 500))}.</p>
      ${hint !== undefined && html`<p class="hint">${withCode(plain(hint, 500))}</p>`}
      ${status === 404 && searchForm(view, '')}
      <p><a href="${view.root}">Start page</a></p>
    </div>`,
  };
}

/** Messages have names and values in backticks. */
function withCode(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
