// The token in a request: the password of HTTP Basic, whatever the user name (pip, uv, twine, zc.buildout and netrc can
// send that), or a Bearer token.

/** The token in an `Authorization` header; `undefined` when there is none that could be one. */
export function tokenOf(authorization: string | undefined): string | undefined {
  const [, scheme = '', value = ''] =
    /^(basic|bearer) +([\w.~+/=-]+)$/i.exec(authorization?.trim() ?? '') ?? [];
  if (scheme === '') return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  const login = Buffer.from(value, 'base64').toString('utf8');
  const colon = login.indexOf(':');
  if (colon === -1) return undefined;
  const password = login.slice(colon + 1);
  // Some clients have one field only, and send the token as the user.
  return password === '' ? login.slice(0, colon) : password;
}
