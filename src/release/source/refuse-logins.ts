// A release goes to many: no file of its configuration and nothing that it records may hold a login.

import { BuildError } from '#base';
import type { Assignment, Configuration } from '#config';
import { hideLogins } from '#parts';
import { findPasswords } from '../check/find-passwords.ts';

/** Fails with `RELEASE_CREDENTIAL`; the message has no password. */
export function refuseLoginsInAssignments(assignments: readonly Assignment[]): void {
  for (const { section, option, value } of assignments) {
    if (value === hideLogins(value)) continue;
    throw refusal(`The assignment \`${section}:${option}=${hideLogins(value)}\``, {});
  }
}

/** The same for the files that the configuration was read from. */
export function refuseLoginsInFiles(configuration: Configuration): void {
  const [found] = findPasswords(configuration).filter(({ where }) => where.file !== undefined);
  if (found !== undefined) throw refusal(`The release: ${found.message}, which`, found.where);
}

function refusal(what: string, where: BuildError['where'] & object): BuildError {
  return new BuildError('RELEASE_CREDENTIAL', `${what} would go to everybody who gets the release`, {
    hint: 'put the login into ~/.netrc and take it out of the URL',
    where,
  });
}
