// Failures as pages, for who asks with a browser; clients get their plain text, and their reason phrase, as before.

import type { RequestFailure } from '../../http/errors.ts';
import { html, type Html } from '../html.ts';
import { errorPage, loginPage } from './login-page.ts';
import { answerOpen, type PageContext } from '../page-sender.ts';
import { openView, type Site } from '../site.ts';

/** `undefined`: whoever asks is no browser. */
export function answerErrorPage(
  site: Site,
  context: PageContext,
  failure: RequestFailure,
): Response | undefined {
  const { incoming, outgoing } = context.env;
  if (!/^text\/html\b/.test(incoming.headers.accept ?? '')) return undefined;
  const { status, message, hint } = failure;
  const view = openView(site, incoming);
  const isReading = incoming.method === 'GET' || incoming.method === 'HEAD';
  outgoing.statusMessage = '';
  if (status !== 401) {
    const content = errorPage(view, { status, message, ...(hint !== undefined && { hint }) });
    return answerOpen(context, view, { status, content });
  }
  const problem = isReading ? loginProblem(incoming.headers.authorization) : `${message}.`;
  const login = loginPage(view, { next: isReading ? view.place : '', problem });
  return answerOpen(context, view, {
    status,
    content: { ...login, head: reload(context) },
    // A browser asks nothing by itself for this scheme: the page has a form.
    headers: { 'WWW-Authenticate': 'Bearer realm="clutch"' },
  });
}

function loginProblem(authorization: string | undefined): string {
  return authorization === undefined
    ? 'This repository shows nothing without a token.'
    : 'The token is not known, has expired or was revoked.';
}

/**
 * The cookie of a login does not come along with a link from another site. The same page asked for by ourselves brings
 * it, so that a link in a mail works for who is logged in.
 */
function reload({ env: { incoming } }: PageContext): Html | undefined {
  const site = incoming.headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return undefined;
  return html`<meta http-equiv="refresh" content="0" /> `;
}
