// Which form of a page a client gets (PEP 691, RFC 9110 section 12.5). Clients repeat a handful of headers, so the
// answers are remembered.

export type PageFormat = 'json' | 'html' | 'text-html';

export const contentTypes: Readonly<Record<PageFormat, string>> = {
  json: 'application/vnd.pypi.simple.v1+json',
  html: 'application/vnd.pypi.simple.v1+html',
  'text-html': 'text/html; charset=utf-8',
};

const offers: readonly { type: string; format: PageFormat }[] = [
  // The first one wins among equals: what every client can read.
  { type: 'text/html', format: 'text-html' },
  { type: 'application/vnd.pypi.simple.v1+html', format: 'html' },
  { type: 'application/vnd.pypi.simple.v1+json', format: 'json' },
  { type: 'application/vnd.pypi.simple.latest+html', format: 'html' },
  { type: 'application/vnd.pypi.simple.latest+json', format: 'json' },
];

interface Range {
  type: string;
  quality: number;
}

const rememberedHeaders = 256;
const formats = new Map<string, PageFormat | undefined>();
const encodings = new Map<string, boolean>();

/** `undefined`: nothing that we have is acceptable (406). No header accepts anything. */
export function chooseFormat(accept: string | undefined): PageFormat | undefined {
  return remember(formats, accept ?? '*/*', negotiate);
}

/** Whether the client takes gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  return remember(encodings, acceptEncoding, (header) => {
    const ranges = readRanges(header);
    const range =
      ranges.find(({ type }) => type === 'gzip' || type === 'x-gzip') ??
      ranges.find(({ type }) => type === '*');
    return range !== undefined && range.quality > 0;
  });
}

function remember<T>(known: Map<string, T>, header: string, decide: (header: string) => T): T {
  if (known.has(header)) return known.get(header) as T;
  const decided = decide(header);
  if (known.size >= rememberedHeaders) known.clear();
  known.set(header, decided);
  return decided;
}

function negotiate(header: string): PageFormat | undefined {
  const ranges = readRanges(header);
  let best: PageFormat | undefined;
  let bestQuality = 0;
  for (const { type, format } of offers) {
    const quality = qualityOf(type, ranges);
    if (quality > bestQuality) [best, bestQuality] = [format, quality];
  }
  return best;
}

/** The most specific range that fits decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [main = ''] = type.split('/');
  for (const wanted of [type, `${main}/*`, '*/*']) {
    const range = ranges.find((range) => range.type === wanted);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

const longestHeader = 4096;

function readRanges(header: string): Range[] {
  return header
    .slice(0, longestHeader)
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q\s*=\s*([01](?:\.\d*)?)\s*$/.exec(parameter)?.[1]);
      return { type: type.trim(), quality: Number(quality.find((value) => value !== undefined) ?? 1) };
    })
    .filter(({ type }) => type !== '');
}
