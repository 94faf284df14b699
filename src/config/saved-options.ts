// How options are written to `.installed.cfg`: white space that the parser would lose is spelled out
// (buildout.py, _save_option), and spelled back when read.

const spaces: readonly (readonly [string, string])[] = [
  [' ', '%(__buildout_space__)s'],
  ['\r', '%(__buildout_space_r__)s'],
  ['\f', '%(__buildout_space_f__)s'],
  ['\v', '%(__buildout_space_v__)s'],
  ['\n', '%(__buildout_space_n__)s'],
];
const savedNewline = '%(__buildout_space_n__)s';

/** `option = value` with its final newline, as zc.buildout writes it. */
export function formatSavedOption(option: string, value: string): string {
  let text = value.replaceAll(/[ \t\r\f\v]*\n[ \t\r\f\v\n]*|^[ \t\r\f\v]+|[ \t\r\f\v]+$/g, quoteSpace);
  if (text.startsWith('\n\t')) text = savedNewline + text.slice(2);
  if (text.endsWith('\n\t')) text = text.slice(0, -2) + savedNewline;
  return `${option} = ${text}\n`;
}

/** A value as it was before `formatSavedOption`. */
export function unquoteSavedValue(value: string): string {
  if (!value.includes('%(')) return value;
  return spaces.reduce((text, [character, name]) => text.replaceAll(name, character), value);
}

/** The first line break stays one, so that the file can be read; tabs stay too. */
function quoteSpace(run: string): string {
  const newline = run.indexOf('\n');
  if (newline === -1) return spellOut(run);
  return `${spellOut(run.slice(0, newline))}\n\t${spellOut(run.slice(newline + 1))}`;
}

function spellOut(run: string): string {
  return spaces.reduce((text, [character, name]) => text.replaceAll(character, name), run);
}
