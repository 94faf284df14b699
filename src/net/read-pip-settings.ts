// What pip is told by its environment variables and configuration files, read in pip's order of precedence. Only the
// index, the CA file and the proxy matter here: pip's extra indexes and find-links would change which versions win.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, expandUser, homeDirectory, tryReadText } from '#base';

export interface PipSetting {
  value: string;
  /** The variable or file that said so. */
  source: string;
}

export interface PipSettings {
  indexUrl?: PipSetting;
  /** A CA file. */
  cert?: PipSetting;
  proxy?: PipSetting;
}

/**
 * pip's index, CA file and proxy, as `pip install` would take them: `PIP_*` variables win over `[install]`, that over
 * `[global]`; of two files the later wins: global, user, site (`sitePrefix`, else the active virtual environment),
 * `PIP_CONFIG_FILE`. Empty values count as unset. Files that are missing or may not be read are passed over.
 */
export function readPipSettings(environment: Environment, sitePrefix?: string): PipSettings {
  const global = new Map<string, PipSetting>();
  const install = new Map<string, PipSetting>();
  for (const file of configurationFiles(environment, sitePrefix)) {
    for (const entry of readConfigurationFile(file)) {
      const target = entry.section === 'global' ? global : entry.section === 'install' ? install : undefined;
      target?.set(entry.key, { value: entry.value, source: file });
    }
  }
  const find = (key: string): PipSetting | undefined => {
    const variable = `PIP_${key.toUpperCase().replaceAll('-', '_')}`;
    const layers = [
      { value: environment[variable] ?? '', source: variable },
      install.get(key),
      global.get(key),
    ];
    return layers.find((setting) => setting !== undefined && setting.value !== '');
  };
  return collectSettings(find, environment);
}

function collectSettings(
  find: (key: string) => PipSetting | undefined,
  environment: Environment,
): PipSettings {
  const settings: PipSettings = {};
  const indexUrl = find('index-url');
  const cert = find('cert');
  const proxy = find('proxy');
  if (indexUrl !== undefined) settings.indexUrl = indexUrl;
  if (cert !== undefined) settings.cert = { ...cert, value: expandUser(cert.value, environment) };
  if (proxy !== undefined) settings.proxy = proxy;
  return settings;
}

/** As in pip's `Configuration.iter_config_files`: an existing `PIP_CONFIG_FILE` replaces the user's files. */
function configurationFiles(environment: Environment, sitePrefix: string | undefined): string[] {
  const own = environment['PIP_CONFIG_FILE'];
  if (own === '/dev/null') return [];
  const site = sitePrefix ?? environment['VIRTUAL_ENV'];
  const files = globalFiles(environment);
  if (own === undefined || own === '' || !existsSync(own)) files.push(...userFiles(environment));
  if (site !== undefined && site !== '') files.push(join(site, 'pip.conf'));
  if (own !== undefined && own !== '') files.push(own);
  return files;
}

function globalFiles(environment: Environment): string[] {
  if (process.platform === 'darwin') return ['/Library/Application Support/pip/pip.conf'];
  const directories = (environment['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':');
  return [...directories.map((directory) => join(directory, 'pip', 'pip.conf')), '/etc/pip.conf'];
}

function userFiles(environment: Environment): string[] {
  const home = homeDirectory(environment);
  const legacy = join(home, '.pip', 'pip.conf');
  if (process.platform === 'darwin') {
    const library = join(home, 'Library', 'Application Support', 'pip');
    return [legacy, join(existsSync(library) ? library : join(home, '.config', 'pip'), 'pip.conf')];
  }
  return [legacy, join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'pip', 'pip.conf')];
}

interface ConfigurationEntry {
  section: string;
  key: string;
  value: string;
}

/** The entries of a file in the syntax of Python's configparser, keys as pip normalises them. */
function readConfigurationFile(file: string): ConfigurationEntry[] {
  const text = tryReadText(file, 'EACCES');
  if (text === undefined) return [];
  const entries: ConfigurationEntry[] = [];
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    const last = entries.at(-1);
    if (header !== null) section = header[1] ?? '';
    else if (/^\s/.test(line) && last !== undefined) last.value = `${last.value}\n${line.trim()}`.trim();
    else if (pair !== null) entries.push({ section, key: normalizeKey(pair[1] ?? ''), value: pair[2] ?? '' });
  }
  return entries;
}

function normalizeKey(key: string): string {
  return key.toLowerCase().replaceAll('_', '-').replace(/^--/, '');
}
