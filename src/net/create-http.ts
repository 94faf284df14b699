// The HTTP client of one run.
import type { Http, HttpOptions } from './http-contract.ts';
export function createHttp(_options: HttpOptions): Http {
  throw new Error('not yet');
}
