// Who may do what: reads are free unless the repository is private, everything else needs a token.

import type { IncomingMessage } from 'node:http';
import type { Core } from '../core.ts';
import { forbidden, unauthorized } from '../refusals.ts';
import type { TokenAction, TokenRecord } from '../repository-contract.ts';
import { tokenOf } from './read-credentials.ts';
import { allows, coversProject, verifyToken } from './tokens.ts';

export interface Gate {
  readonly isPrivate: boolean;
  /** The token of a request; `undefined` when there is none, or none that counts. */
  identify(request: IncomingMessage): TokenRecord | undefined;
  /**
   * Fails unless the request may read, this project (normal name) if one is given. Gives what the reader may see of
   * lists; `undefined` is everything.
   */
  assertMayRead(request: IncomingMessage, project?: string): ((project: string) => boolean) | undefined;
  /** The token with which the request may do this; fails with 401 or 403. Without `project`: to every project. */
  assertMay(request: IncomingMessage, action: TokenAction, project?: string): TokenRecord;
}

export function createGate(core: Core, isPrivate: boolean): Gate {
  const identify = (request: IncomingMessage): TokenRecord | undefined => {
    const token = tokenOf(request.headers.authorization);
    return token === undefined ? undefined : verifyToken(core.records.tokens, token, core.now());
  };
  return {
    isPrivate,
    identify,
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
    assertMay: (request, action, project) => {
      const token = knownToken(request, identify(request));
      if (allows(token, action, project)) return token;
      const what = project === undefined ? 'every project' : `\`${project}\``;
      throw forbidden(`The token \`${token.name}\` does not allow \`${action}\` for ${what}`);
    },
  };
}

function knownToken(request: IncomingMessage, token: TokenRecord | undefined): TokenRecord {
  if (token !== undefined) return token;
  throw unauthorized(
    request.headers.authorization === undefined
      ? 'This needs a token'
      : 'The token is not known, has expired or was revoked',
  );
}
