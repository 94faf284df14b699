// What `[buildout]` says before anybody says anything (buildout.py, _buildout_default_options).

/** All but `executable`, which is the chosen Python. */
export const defaultOptions: Readonly<Record<string, string>> = {
  'allow-hosts': '*',
  'allow-picked-versions': 'true',
  'bin-directory': 'bin',
  'develop-eggs-directory': 'develop-eggs',
  'eggs-directory': 'eggs',
  'eggs-directory-version': 'v5',
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
