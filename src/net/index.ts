// `net`: HTTP for everybody else. It owns connections, retries, redirects, proxies, certificates, credentials, the
// offline switch and the redaction of URLs; it knows nothing of packages. Hard cases: credentials stay with the
// scheme, host and port they were given for, also over redirects; a body that ends early is never taken for whole;
// undici is imported with the first request, so a run that needs no network does not pay for it.

export { createHttp } from './create-http.ts';
export { redactUrl } from './redact-url.ts';
export { readPipSettings, type PipSetting, type PipSettings } from './read-pip-settings.ts';
export type {
  Download,
  DownloadOptions,
  Exchange,
  ExchangeAnswer,
  GetOptions,
  Http,
  HttpOptions,
  HttpResponse,
} from './http-contract.ts';
