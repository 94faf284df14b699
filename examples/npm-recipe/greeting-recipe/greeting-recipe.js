// Two recipes: `npm:greeting-recipe` writes a script that greets, `npm:greeting-recipe:file` any file.

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Making a recipe reads and sets options; it writes nothing, since `buildout annotate` makes recipes too. */
export default async function createGreeting({ buildout, section, name, created }) {
  const main = await buildout.sections.open('buildout');
  const location = join(await main.get('bin-directory'), name);
  // Other parts read it as ${greeting:location}; it is also recorded, so a change installs the part again.
  section.set('location', location);
  const who = await section.get('who', 'world');
  const mode = await section.get('mode', '644');
  if (!/^[0-7]{3}$/.test(mode)) throw new UserError(`Not a mode: ${mode}`);

  return {
    async install() {
      // Deleted when this fails half way.
      created(location);
      await writeFile(location, `#!/bin/sh\necho Hello ${who}\n`);
      await chmod(location, Number.parseInt(mode, 8));
      buildout.report({ type: 'log', level: 'info', text: `${name}: Greets ${who}` });
      // Deleted when the part is uninstalled.
      return location;
    },
    // Nothing to do, the paths stay as they are. Without `update`, `install` runs each time.
    async update() {},
  };
}

export async function file({ buildout, section, name }) {
  const main = await buildout.sections.open('buildout');
  const location = join(await main.get('parts-directory'), name);
  const text = await section.get('text');
  return {
    async install() {
      await writeFile(location, `${text}\n`);
      return [location];
    },
    async update() {},
  };
}

/** By its name clutch knows that this is the user's mistake: it prints the text and no stack. */
class UserError extends Error {
  name = 'UserError';
}
