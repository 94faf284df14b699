// Files of an egg with `[section]` lines (requires.txt, entry_points.txt), split as `pkg_resources.split_sections`.

import { pythonLines, pythonStrip } from './python-text.ts';

export interface FileSection {
  /** `undefined` for what stands before the first heading. */
  readonly name: string | undefined;
  /** Without blank lines and comments, stripped. */
  readonly lines: readonly string[];
}

/** The sections in order, or the line that is no heading although it begins as one. */
export function splitSections(text: string): { sections: FileSection[]; invalidHeading?: string } {
  const sections: FileSection[] = [];
  let name: string | undefined;
  let lines: string[] = [];
  for (const raw of pythonLines(text)) {
    const line = pythonStrip(raw);
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith('[')) lines.push(line);
    else if (line.endsWith(']')) {
      if ((name !== undefined && name !== '') || lines.length > 0) sections.push({ name, lines });
      name = pythonStrip(line.slice(1, -1));
      lines = [];
    } else return { sections, invalidHeading: line };
  }
  sections.push({ name, lines });
  return { sections };
}
