// The network for tests of rooms that get it handed in.

import type { Report } from '#base';
import { createHttp, type Http } from '#net';

export function openHttp(report: Report): Http {
  return createHttp({ offline: false, environment: {}, report });
}
