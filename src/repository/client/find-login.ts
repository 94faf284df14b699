// Which repository the commands talk to, and with which token: options, then the environment. A login goes only where
// it was given for.

import { BuildError, type Environment } from '#base';

export interface RepositoryAddress {
  /** As given, without user and password. */
  url: string;
  /** Where from, for messages: `--repository`, or the variable. */
  source: string;
  login?: Login;
}

export interface Login {
  user: string;
  password: string;
  /** Where it was found, for messages: a variable, or the URL. */
  source: string;
}

const urlVariables = ['CLUTCH_REPOSITORY', 'UV_PUBLISH_URL', 'TWINE_REPOSITORY_URL'] as const;

/** Fails with `PUBLISH_NO_REPOSITORY` when nothing names one. Without a login here, netrc may have one. */
export function findRepository(option: string | undefined, environment: Environment): RepositoryAddress {
  const found =
    option === undefined
      ? urlVariables
          .map((name) => ({ source: name, text: environment[name] ?? '' }))
          .find(({ text }) => text !== '')
      : { source: '--repository', text: option };
  if (found === undefined) {
    throw new BuildError('PUBLISH_NO_REPOSITORY', 'No repository is named', {
      hint: 'give --repository URL, or set CLUTCH_REPOSITORY',
    });
  }
  const url = URL.canParse(found.text) ? new URL(found.text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new BuildError('PUBLISH_NO_REPOSITORY', `${found.source} is not an http or https URL`, {
      hint: 'write it as https://host/',
    });
  }
  const own =
    url.username === ''
      ? undefined
      : {
          user: decode(url.username),
          password: decode(url.password),
          source: `the URL of ${found.source}`,
        };
  url.username = '';
  url.password = '';
  const login = own ?? loginFromEnvironment(url, environment);
  return { url: url.href, source: found.source, ...(login !== undefined && { login }) };
}

function loginFromEnvironment(url: URL, environment: Environment): Login | undefined {
  const value = (name: string): string => environment[name] ?? '';
  const isFor = (name: string): boolean => {
    const text = value(name);
    return URL.canParse(text) && new URL(text).origin === url.origin;
  };
  const own = value('CLUTCH_REPOSITORY_TOKEN');
  if (own !== '' && (value('CLUTCH_REPOSITORY') === '' || isFor('CLUTCH_REPOSITORY'))) {
    return { user: '__token__', password: own, source: 'CLUTCH_REPOSITORY_TOKEN' };
  }
  if (isFor('UV_PUBLISH_URL')) {
    const token = value('UV_PUBLISH_TOKEN');
    if (token !== '') return { user: '__token__', password: token, source: 'UV_PUBLISH_TOKEN' };
    const password = value('UV_PUBLISH_PASSWORD');
    if (password !== '') {
      return { user: value('UV_PUBLISH_USERNAME'), password, source: 'UV_PUBLISH_PASSWORD' };
    }
  }
  if (isFor('TWINE_REPOSITORY_URL') && value('TWINE_PASSWORD') !== '') {
    const user = value('TWINE_USERNAME');
    const password = value('TWINE_PASSWORD');
    return { user: user === '' ? '__token__' : user, password, source: 'TWINE_PASSWORD' };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
