// A source checkout made importable from the develop-eggs directory. As in zc.buildout (easy_install.py, `develop`):
// the back end's editable wheel gives `.dist-info`, `.pth` and finder files; the `.egg-link` is written beside them.

import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryPathBeside, writeFileAtomically, type Environment, type Report } from '#base';
import type { PythonDescription } from '#python';
import { withBuildDirectory } from './build-directory.ts';
import { withBuildExt } from './build-ext-aside.ts';
import { unpackEditableWheel } from './editable-wheel.ts';
import type { RequirementsFor } from './project-back-end.ts';
import { runBackEnd } from './run-back-end.ts';

export interface DevelopEggOptions {
  /** The project's directory, or a file in it (`setup.py`); absolute. */
  setup: string;
  developEggsDirectory: string;
  python: PythonDescription;
  requirementsFor: RequirementsFor;
  /** Options of `[build_ext]` in setup.cfg while this runs. */
  buildExt?: Readonly<Record<string, string>> | undefined;
  environment?: Environment | undefined;
  extraEnvironment?: Readonly<Record<string, string>> | undefined;
  report: Report;
  signal?: AbortSignal | undefined;
}

export interface DevelopedEgg {
  /** As its metadata writes it. */
  project: string;
  /** The path of the `.egg-link` file. */
  eggLink: string;
  /** Everything written into the develop-eggs directory, the egg-link included. */
  files: readonly string[];
  /** The lines of `namespace_packages.txt` when the project has namespaces of pkg_resources style. */
  namespaces?: string;
}

/** Makes the develop egg of `setup`, replacing what an earlier one of the same names left there. */
export async function developEgg(options: DevelopEggOptions): Promise<DevelopedEgg> {
  const { setup, buildExt, environment = process.env, extraEnvironment = {}, report } = options;
  const root = realpathSync(statSync(setup).isDirectory() ? resolve(setup) : dirname(resolve(setup)));
  const name = basename(root);
  report({ type: 'build-start', name });
  try {
    return await withBuildDirectory(options.developEggsDirectory, (directory) =>
      withBuildExt(root, buildExt, async () => {
        const output = join(directory, 'out');
        const scratch = join(directory, 'run');
        const backEnd = { ...options, name, root, scratch, output, environment, extraEnvironment };
        const built = join(output, await runBackEnd('editable', backEnd));
        if (built.endsWith('.egg-link')) return placeEggLink(built, options.developEggsDirectory, report);
        return placeEditable({ wheel: built, root, scratch: join(directory, 'wheel') }, options);
      }),
    );
  } finally {
    report({ type: 'build-end', name });
  }
}

/** The egg-link of a setuptools before 64; its metadata lies in the checkout. */
function placeEggLink(built: string, target: string, report: Report): DevelopedEgg {
  const project = basename(built, '.egg-link');
  const eggLink = join(target, basename(built));
  renameSync(built, eggLink);
  const egg = { project, eggLink, files: [eggLink] };
  const declares = readdirSync(dirname(built)).some((file) => file.endsWith('-nspkg.pth'));
  if (!declares) return egg;
  warnOfNamespaces(project, readFileSync(eggLink, 'utf8').split('\n')[0] ?? '', report);
  // As in zc.buildout (`call_pip_install`): a guess, at most the two outermost namespaces.
  const [first, second] = project.split('.').slice(0, -1);
  const guessed = second === undefined ? [first] : [first, `${first ?? ''}.${second}`];
  return { ...egg, namespaces: guessed.join('\n') };
}

interface EditablePlacement {
  wheel: string;
  root: string;
  scratch: string;
}

function placeEditable(placement: EditablePlacement, options: DevelopEggOptions): DevelopedEgg {
  const { developEggsDirectory: target, report } = options;
  const url = pathToFileURL(placement.root).href;
  const editable = unpackEditableWheel(placement.wheel, placement.scratch, url);
  const files = editable.names.map((name) => replaceEntry(join(placement.scratch, name), join(target, name)));
  const eggLink = join(target, `${editable.project}.egg-link`);
  writeFileAtomically(eggLink, eggLinkText(placement.root));
  files.push(eggLink);
  const egg = { project: editable.project, eggLink, files };
  const namespaces = join(target, editable.distInfo, 'namespace_packages.txt');
  if (!existsSync(namespaces)) return egg;
  warnOfNamespaces(editable.project, url, report);
  return { ...egg, namespaces: readFileSync(namespaces, 'utf8') };
}

/** As in zc.buildout (`_create_egg_link`): two lines, and no end of the second. */
function eggLinkText(root: string): string {
  return readdirSync(root).includes('src') ? `${join(root, 'src')}\n..` : `${root}\n.`;
}

/** Moves `from` to `to`; what was there is moved away first, so that it is never half a directory. */
function replaceEntry(from: string, to: string): string {
  const old = temporaryPathBeside(to);
  const existed = existsSync(to);
  if (existed) renameSync(to, old);
  renameSync(from, to);
  if (existed) rmSync(old, { recursive: true, force: true });
  return to;
}

function warnOfNamespaces(project: string, place: string, report: Report): void {
  const text =
    `WARNING: Package ${project} at ${place} is using old style namespace packages. ` +
    'You should switch to native namespaces (PEP 420).';
  report({ type: 'log', level: 'warning', text });
}
