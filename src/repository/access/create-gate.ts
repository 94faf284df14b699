// Who may do what: reads are free unless the repository is private, everything else needs a token.

import type { IncomingMessage } from 'node:http';
import type { Core } from '../core.ts';
import { forbidden, unauthorized } from '../refusals.ts';
import type { TokenAction, TokenRecord } from '../repository-contract.ts';
import { tokenOf } from './read-credentials.ts';
import type { Sessions } from './sessions.ts';
import { allows, coversProject, verifyToken } from './tokens.ts';

export interface Gate {
  readonly isPrivate: boolean;
  /**
   * The token of a request; `undefined` when there is none, or none that counts. A login of a browser counts for
   * reading only: what changes something by it must come with the key of a form.
   */
  identify(request: IncomingMessage): TokenRecord | undefined;
  /** Whether the request may read everything: what is true of nearly all of them. */
  mayReadAll(request: IncomingMessage): boolean;
  /**
   * Fails unless the request may read, this project (normal name) if one is given. Gives what the reader may see of
   * lists; `undefined` is everything.
   */
  assertMayRead(request: IncomingMessage, project?: string): ((project: string) => boolean) | undefined;
  /** The token of a request that changes something; fails with 401 when it has none that counts. */
  assertToken(request: IncomingMessage): TokenRecord;
  /** The token with which the request may do this; fails with 401 or 403. Without `project`: to every project. */
  assertMay(request: IncomingMessage, action: TokenAction, project?: string): TokenRecord;
  /** The same for a form on one of our pages: by the login of a browser, with the key that the form has. */
  assertMayByForm(request: IncomingMessage, formKey: string, order: FormOrder): TokenRecord;
}

export interface FormOrder {
  action: TokenAction;
  /** Normal name. */
  project: string;
}

export function createGate(core: Core, isPrivate: boolean, sessions: Sessions): Gate {
  const identify = (request: IncomingMessage): TokenRecord | undefined => {
    const token = tokenOf(request.headers.authorization);
    if (token !== undefined) return verifyToken(core.records.tokens, token, core.now());
    return request.method === 'GET' || request.method === 'HEAD' ? sessions.find(request) : undefined;
  };
  return {
    isPrivate,
    identify,
    mayReadAll: (request) => {
      if (!isPrivate) return true;
      const token = identify(request);
      return token !== undefined && allows(token, 'read');
    },
    assertMayRead: (request, project) => {
      if (!isPrivate) return undefined;
      const token = knownToken(request, identify(request));
      if (!token.actions.includes('read') && !token.actions.includes('admin')) {
        throw forbidden(`The token \`${token.name}\` does not allow reading`);
      }
      if (token.projects.includes('*')) return undefined;
      const covers = (project: string): boolean => coversProject(token, project);
      if (project !== undefined && !covers(project)) {
        throw forbidden(`The token \`${token.name}\` does not allow reading \`${project}\``);
      }
      return covers;
    },
    assertToken: (request) => knownToken(request, identify(request)),
    assertMay: (request, action, project) =>
      assertAllows(knownToken(request, identify(request)), action, project),
    assertMayByForm: (request, formKey, { action, project }) => {
      const token = knownToken(request, identify(request) ?? sessions.find(request));
      if (!sessions.isFormKey(token, formKey)) {
        throw forbidden(
          'The form is not one of this server, or of before its last start: load the page again',
        );
      }
      return assertAllows(token, action, project);
    },
  };
}

/** Fails with 403 unless the token allows the action, for this project or for every one. */
export function assertAllows(token: TokenRecord, action: TokenAction, project?: string): TokenRecord {
  if (allows(token, action, project)) return token;
  const what = project === undefined ? 'every project' : `\`${project}\``;
  throw forbidden(`The token \`${token.name}\` does not allow \`${action}\` for ${what}`);
}

function knownToken(request: IncomingMessage, token: TokenRecord | undefined): TokenRecord {
  if (token !== undefined) return token;
  throw unauthorized(
    request.headers.authorization === undefined
      ? 'This needs a token'
      : 'The token is not known, has expired or was revoked',
  );
}
