// What `-vv` shows before anything is installed: every section that was used, references replaced.

import type { Run } from './run-state.ts';
import { hideLogins } from './hide-logins.ts';
import { formatSection } from './installed-records.ts';

/** Prints the opened sections, sorted; reading them marks their options as used. */
export async function dumpConfiguration({ handle }: Run): Promise<void> {
  const names = handle.sections.opened().map(({ name }) => name);
  let text = '\nConfiguration data:\n';
  for (const name of names.sort()) {
    text += formatSection(name, await (await handle.sections.open(name)).entries());
  }
  handle.report({ type: 'print', text: `${hideLogins(text)}\n` });
}
