// URLs as they may be shown: no user, no password, no token in the query.

const userinfo = /^([a-z][-+.a-z0-9]*:\/\/)[^/?#]*@/i;
const secretParameter =
  /([?&][^=&#]*(?:token|password|secret|signature|api[-_]?key|credential)[^=&#]*=)[^&#]*/gi;

/** `url` without credentials; text that is no URL comes back as it is. `https://u:p@host/x` → `https://****@host/x` */
export function redactUrl(url: string): string {
  return url.replace(userinfo, '$1****@').replace(secretParameter, '$1****');
}

/** `url` with its `user:password@` taken away, for requests and records. */
export function withoutCredentials(url: string): string {
  return url.replace(userinfo, '$1');
}
