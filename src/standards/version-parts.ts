// The pieces of a PEP 440 version as written, and the sort key made of them. Numbers stay digit strings: dates and
// hashes in versions are longer than a double is exact.
//
// A key is a string whose plain order is PEP 440's order. Each number is its length and its digits, so keys are
// prefix-free and a range of versions is a range of strings (see satisfies.ts).

/** The pieces of a version; numbers without leading zeros, zero is the empty string. */
export interface VersionParts {
  epoch: string;
  release: readonly string[];
  pre?: readonly ['a' | 'b' | 'rc', string];
  post?: string;
  dev?: string;
  local?: readonly string[];
}

const pattern =
  /^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]+)?)?(?:-([0-9]+)|[._-]?(post|rev|r)[._-]?([0-9]+)?)?(?:[._-]?(dev)[._-]?([0-9]+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/i;

const numbersAndDots = /^[0-9]+(?:\.[0-9]+)*$/;

const preLetters: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** Python refuses to read longer numbers, and so do we. */
const longestNumber = 4300;

/** The pieces of a version without white space around it, or `undefined` where PEP 440 has no reading for it. */
export function splitVersion(text: string): VersionParts | undefined {
  // Most versions are numbers and dots, and most of the time goes into the groups of the whole pattern.
  if (text.length < longestNumber && numbersAndDots.test(text)) {
    return { epoch: '', release: text.split('.').map(stripZeros) };
  }
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [
    ,
    epoch,
    release = '',
    preLetter,
    preNumber,
    postNumber,
    postLetter,
    laterPostNumber,
    dev,
    devNumber,
    local,
  ] = match;
  const parts: VersionParts = { epoch: stripZeros(epoch), release: release.split('.').map(stripZeros) };
  const letter = preLetter === undefined ? undefined : preLetters[preLetter.toLowerCase()];
  if (letter !== undefined) parts.pre = [letter, stripZeros(preNumber)];
  if (postNumber !== undefined || postLetter !== undefined)
    parts.post = stripZeros(postNumber ?? laterPostNumber);
  if (dev !== undefined) parts.dev = stripZeros(devNumber);
  if (local !== undefined) parts.local = local.toLowerCase().split(/[._-]/).map(stripZerosOfNumber);
  const isTooLong =
    text.length > longestNumber && numbersOf(parts).some(({ length }) => length > longestNumber);
  return isTooLong ? undefined : parts;
}

/** The version as `str(packaging.version.Version(...))` prints it. */
export function normalizedText(parts: VersionParts): string {
  const epoch = parts.epoch === '' ? '' : `${parts.epoch}!`;
  const pre = parts.pre === undefined ? '' : parts.pre[0] + shown(parts.pre[1]);
  const post = parts.post === undefined ? '' : `.post${shown(parts.post)}`;
  const dev = parts.dev === undefined ? '' : `.dev${shown(parts.dev)}`;
  const local = parts.local === undefined ? '' : `+${parts.local.join('.')}`;
  return epoch + parts.release.map(shown).join('.') + pre + post + dev + local;
}

/** The sort key: versions are equal, less or greater exactly as their keys are. */
export function versionKey(parts: VersionParts): string {
  return parts.local === undefined ? publicKey(parts) : publicKey(parts) + parts.local.map(localKey).join('');
}

/** The key of the version without its local part. All its local versions sort between it and `publicKey + afterLocals`. */
export function publicKey(parts: VersionParts): string {
  if (parts.pre === undefined && parts.post === undefined && parts.dev === undefined) {
    return releaseKey(parts.epoch, parts.release) + finalSuffix;
  }
  const post = parts.post === undefined ? `0${numberKey('')}` : `1${numberKey(parts.post)}`;
  const dev = parts.dev === undefined ? `1${numberKey('')}` : `0${numberKey(parts.dev)}`;
  return familyKey(parts) + post + dev;
}

/** What a version shares with its post releases: epoch, release and pre-release. */
export function familyKey(parts: VersionParts): string {
  return releaseKey(parts.epoch, parts.release) + preKey(parts);
}

export const afterLocals = '\x04';
/** After the post releases of a family: see the two marks in `publicKey`. */
export const afterPosts = '2';

/** What follows the release in the key of a version that has nothing else. */
const finalSuffix: string = `${preKey({ epoch: '', release: [] })}0${numberKey('')}1${numberKey('')}`;

function releaseKey(epoch: string, release: readonly string[]): string {
  let end = release.length;
  while (end > 0 && release[end - 1] === '') end -= 1;
  let key = numberKey(epoch);
  for (let index = 0; index < end; index += 1) key += numberKey(release[index] ?? '');
  // Lower than the start of any number: a shorter release sorts first.
  return `${key}\x01`;
}

const preRanks = { a: '1', b: '2', rc: '3' } as const;

function preKey({ pre, post, dev }: VersionParts): string {
  if (pre !== undefined) return preRanks[pre[0]] + numberKey(pre[1]);
  // A development release of nothing else comes before every pre-release.
  return (post === undefined && dev !== undefined ? '0' : '4') + numberKey('');
}

function localKey(segment: string): string {
  return isNumber(segment) ? `\x03${numberKey(stripZeros(segment))}` : `\x02${segment}\x01`;
}

function numberKey(digits: string): string {
  const { length } = digits;
  if (length < 0xd0) return String.fromCharCode(0x20 + length) + digits;
  return `\xff${String(length).padStart(4, '0')}${digits}`;
}

function stripZeros(digits: string | undefined): string {
  if (digits === undefined || digits === '0') return '';
  let start = 0;
  while (start < digits.length && digits[start] === '0') start += 1;
  return start === 0 ? digits : digits.slice(start);
}

function stripZerosOfNumber(segment: string): string {
  return isNumber(segment) ? shown(stripZeros(segment)) : segment;
}

function isNumber(segment: string): boolean {
  return /^[0-9]+$/.test(segment);
}

function shown(digits: string): string {
  return digits === '' ? '0' : digits;
}

function numbersOf(parts: VersionParts): string[] {
  const { epoch, release, pre, post = '', dev = '', local = [] } = parts;
  return [epoch, ...release, pre?.[1] ?? '', post, dev, ...local.filter(isNumber)];
}
