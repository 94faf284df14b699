// The style sheet and the icon: under a name that changes with what is in them, so that a browser keeps them for ever.

import { createHash } from 'node:crypto';
import { logo } from './logo.ts';
import { styleSheet } from './style-sheet.ts';

export { logo } from './logo.ts';

/** Below the root of the server. */
export const assetPaths: Readonly<Record<'styleSheet' | 'icon', string>> = {
  styleSheet: `assets/${nameOf(styleSheet)}.css`,
  icon: `assets/${nameOf(logo)}.svg`,
};

export const assets: ReadonlyMap<string, { contentType: string; text: string }> = new Map([
  [assetPaths.styleSheet, { contentType: 'text/css; charset=utf-8', text: styleSheet }],
  [assetPaths.icon, { contentType: 'image/svg+xml', text: logo }],
]);

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
