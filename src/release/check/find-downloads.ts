// Files that parts fetch by themselves when they are installed: fine through the download cache, not otherwise.

import { locateOption } from '#config';
import { hideLogins } from '#parts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';

export function findDownloads({ configuration, survey }: CheckContext): Finding[] {
  const hasCache = (survey.main['download-cache'] ?? '') !== '';
  return survey.parts
    .filter(({ isBuiltIn }) => !isBuiltIn)
    .flatMap(({ name, options }) =>
      Object.entries(options).flatMap(([option, value]) => {
        if (option === 'index' || option === 'find-links') return [];
        const where = locateOption(configuration.annotated, { section: name, option });
        const byShell = findShellDownloads(value);
        const byRecipe = hasCache || byShell.length > 0 ? [] : findUrls(option, value);
        return [...byShell, ...byRecipe].map((url): Finding => ({
          code: 'uncached-download',
          message: `part \`${name}\` fetches \`${hideLogins(url)}\``,
          where,
        }));
      }),
    );
}

/** A command of its own knows nothing of the download cache. */
function findShellDownloads(value: string): string[] {
  const commands = value.matchAll(
    /\b(?:curl|wget|git\s+clone|svn\s+(?:co|checkout|export)|hg\s+clone)\b[^\n]*/g,
  );
  return [...commands].flatMap(([command]) => /[a-z][-+.a-z]*:\/\/[^\s'"]+/i.exec(command)?.[0] ?? []);
}

/** URLs of files, as far as an option's name or the URL's end tell that it is one. */
function findUrls(option: string, value: string): string[] {
  const urls = value.split(/\s+/).filter((word) => /^(?:https?|ftp):\/\//i.test(word));
  const isNamed = /(?:^|[-_.])(?:urls?|downloads?|archives?|sources?|tarballs?)$/i.test(option);
  return urls.filter((url) => isNamed || looksLikeFile(url));
}

const fileEndings =
  /\.(?:tar(?:\.\w+)?|t[gbx]z2?|zip|gz|bz2|xz|zst|whl|egg|jar|war|deb|rpm|patch|diff|run|exe|bin|sh|js|css)(?:[?#].*)?$/i;

function looksLikeFile(url: string): boolean {
  return fileEndings.test(url);
}
