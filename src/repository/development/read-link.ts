// A development link: where the checkout of a project is. It is shown to everybody, so it has no password in it.

import { BuildError } from '#base';
import { isProjectName, printable } from '../inspect/distribution-name.ts';
import type { DevelopmentLink } from '../repository-contract.ts';

/** What setuptools and PEP 508 both know: a version control system, and how it is reached. */
const schemes =
  /^(?:git\+(?:https?|ssh|file)|svn\+(?:https?|ssh|file)|svn|hg\+(?:https?|ssh|file|static-http))$/;

/** The link, or an error `LINK_REFUSED` that says what is wrong with it. `plain` allows http(s), as snippets of old have. */
export function readLink(link: DevelopmentLink, plain = false): DevelopmentLink {
  const { name, url } = link;
  if (!isProjectName(name)) throw refused(`\`${printable(name)}\` is not the name of a project`);
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f<>"'`\\]/.test(url) || url.length > 2000) {
    throw refused(`the link of \`${name}\` has characters that no URL has`);
  }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(url) ?? [];
  const isKnown = schemes.test(scheme.toLowerCase()) || (plain && /^https?$/i.test(scheme));
  if (!isKnown) {
    throw refused(
      `\`${printable(url)}\` is not a link to a checkout`,
      'write git+https://…, svn+https://… or hg+https://…, with @branch or @revision after it',
    );
  }
  assertNoPassword(name, { scheme, rest });
  return { ...link, url };
}

/** `git@` in front of a host is how ssh is asked; anything else in front of one is a secret, or will be. */
function assertNoPassword(name: string, { scheme, rest }: { scheme: string; rest: string }): void {
  const [authority = ''] = rest.split(/[/?#]/, 1);
  const at = authority.lastIndexOf('@');
  const login = at === -1 ? '' : authority.slice(0, at);
  if (login === '' || (/\+ssh$/i.test(scheme) && !login.includes(':'))) return;
  throw refused(
    `the link of \`${name}\` has a login in it, and everybody can read it`,
    'leave it out: whoever checks out has a login of their own (ssh, ~/.netrc)',
  );
}

function refused(problem: string, hint?: string): BuildError {
  return new BuildError('LINK_REFUSED', `Refused: ${problem}`, hint === undefined ? {} : { hint });
}
