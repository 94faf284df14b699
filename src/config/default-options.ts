// What `[buildout]` says before anybody says anything (buildout.py, _buildout_default_options).

/** In zc.buildout's order, which recipes see; `executable` is for the caller to fill in: the chosen Python. */
export const defaultOptions: Readonly<Record<string, string>> = {
  'allow-hosts': '*',
  'allow-picked-versions': 'true',
  'bin-directory': 'bin',
  'develop-eggs-directory': 'develop-eggs',
  'eggs-directory': 'eggs',
  'eggs-directory-version': 'v5',
  executable: '',
  'find-links': '',
  'install-from-cache': 'false',
  installed: '.installed.cfg',
  'log-format': '',
  'log-level': 'INFO',
  newest: 'true',
  offline: 'false',
  'parts-directory': 'parts',
  'prefer-final': 'true',
  python: 'buildout',
  'show-picked-versions': 'false',
  'socket-timeout': '',
  'update-versions-file': '',
  'use-dependency-links': 'true',
  'allow-unknown-extras': 'false',
};
