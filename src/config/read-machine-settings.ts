// What is set for a machine and its user, outside every project: `/etc/clutch/clutch.cfg`, then
// `${XDG_CONFIG_HOME:-~/.config}/clutch/clutch.cfg`, in the syntax of buildout.cfg without its references, `extends` and
// conditions. A project cannot set any of it; what the options mean is for the rooms above.

import { join } from 'node:path';
import { BuildError, homeDirectory, tryReadText, type Environment } from '#base';
import { parseWithConditions } from './parse-configuration-text.ts';
import { universalNewlines } from './python-text.ts';

export interface MachineOption {
  /** As written; several lines stay several lines. */
  value: string;
  file: string;
  line: number;
}

export type MachineSection = ReadonlyMap<string, MachineOption>;

export interface MachineSettings {
  /** The options of a section; none when no file has it. */
  section(name: string): MachineSection;
  /** The files that are looked for, in order, and the last that has an option decides it. */
  readonly files: readonly string[];
}

/**
 * Reads the files that are there. `CLUTCH_MACHINE_CONFIG` names another one than that in `/etc`, empty none. A file that
 * this user may not read counts as absent: it may hold a builder's secrets. Fails as reading a configuration does, and
 * with `CONFIG_MACHINE_SYNTAX` for what only a project's configuration may have.
 */
export async function readMachineSettings(environment: Environment): Promise<MachineSettings> {
  const files = machineFiles(environment);
  const sections = new Map<string, Map<string, MachineOption>>();
  for (const file of files) {
    const text = tryReadText(file, 'EACCES');
    if (text === undefined) continue;
    for (const [name, options] of await parseWithConditions(universalNewlines(text), { fileName: file })) {
      const section = sections.get(name) ?? new Map<string, MachineOption>();
      for (const [option, { value, line }] of options) {
        refuseProjectSyntax({ file, line, section: name, option });
        section.set(option, { value, file, line });
      }
      sections.set(name, section);
    }
  }
  return { files, section: (name) => sections.get(name) ?? new Map() };
}

function machineFiles(environment: Environment): string[] {
  const machine = environment['CLUTCH_MACHINE_CONFIG'] ?? '/etc/clutch/clutch.cfg';
  const base = environment['XDG_CONFIG_HOME'] || join(homeDirectory(environment), '.config');
  const user = join(base, 'clutch', 'clutch.cfg');
  return machine === '' ? [user] : [machine, user];
}

interface Place {
  file: string;
  line: number;
  section: string;
  option: string;
}

function refuseProjectSyntax(where: Place): void {
  const { section, option } = where;
  const isExtends = section === 'buildout' && option === 'extends';
  if (!isExtends && !/(?:^<| [+-])$/.test(option)) return;
  const message = `\`${option}\` in [${section}] is for a project's configuration, and this file is a machine's`;
  throw new BuildError('CONFIG_MACHINE_SYNTAX', message, {
    hint: 'write the whole value with `option = value`',
    where,
  });
}
