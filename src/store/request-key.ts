// Keys of the egg cache: what is asked for (request key) and what was built (build key), as hashes of canonical JSON,
// so that the same facts give the same key on every machine.

import { hashBytes } from '#base';

/** Changes whenever eggs are laid out or compiled differently: then every old entry is a miss. */
export const eggFormat = 1;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Everything that decides what may answer: two requests with equal facts may share an egg. */
export type EggRequest =
  | {
      /** A wheel or a ready `.egg`: its bytes and the Python it is laid out and byte-compiled for decide. */
      kind: 'wheel' | 'egg';
      sha256: string;
      /** For example `cp311`, with what else the byte-code depends on. */
      python: string;
    }
  | {
      kind: 'source';
      /** The archive's hash, or the tree's hash of a checkout. */
      sha256: string;
      /** `undefined` where the result does not depend on platform and compiler (`py3-none-any`). */
      environment?: Json;
      python: string;
      patches?: readonly Json[];
      subdirectory?: string;
      buildExt?: Readonly<Record<string, string>>;
      /** Variables that a part sets for its build, and what the paths in these and in `buildExt` lead to. */
      variables?: Readonly<Record<string, string>>;
      inputs?: Readonly<Record<string, string>>;
      configSettings?: Readonly<Record<string, Json>>;
      /** The pins that apply to the declared build requirements. */
      pins?: Readonly<Record<string, string>>;
    }
  | {
      /** Out of an eggs directory of zc.buildout's (`cache import`): nobody knows the file it was made of. */
      kind: 'imported';
      project: string;
      version: string;
      python: string;
    };

/** The request key: 64 hexadecimal digits. Absent and empty facts give the same key. */
export function requestKeyOf(request: EggRequest): string {
  const facts = Object.fromEntries(Object.entries(request).filter(([, value]) => !isEmpty(value)));
  return hashBytes(canonicalJson({ eggFormat, request: facts as Json }));
}

/** The name of an entry: the request together with what the build really used. */
export function buildKeyOf(requestKey: string, used: Json = null): string {
  return hashBytes(canonicalJson({ eggFormat, requestKey, used }));
}

/** JSON with sorted names and no white space; strings in Unicode's NFC stay as they are, and so do others. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const names = Object.keys(value).sort();
  const members = names.flatMap((name) => {
    const member = value[name];
    return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
  });
  return `{${members.join(',')}}`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
