// The certificates that are trusted besides Node's own roots: the CA files that pip, OpenSSL, requests and Node are
// told to use. Node itself would need 40 ms at every start for `NODE_EXTRA_CA_CERTS`; here only networked runs pay.

import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { BuildError, expandUser, hasCode, type Environment } from '#base';

interface CaFile {
  path: string;
  source: string;
  /** A missing file is an error. OpenSSL and Node pass over theirs. */
  required: boolean;
}

/** Everything for the `ca` of a TLS context, or `undefined` when Node's own roots are enough. */
export function readCertificates(environment: Environment, cert: CaFile | undefined): string[] | undefined {
  const certificates = caFiles(environment, cert).flatMap(certificatesOf);
  if (certificates.length === 0) return undefined;
  const known = new Set(rootCertificates.map(certificateKey));
  const extra: string[] = [];
  for (const certificate of certificates) {
    const key = certificateKey(certificate);
    if (!known.has(key)) extra.push(certificate);
    known.add(key);
  }
  return [...rootCertificates, ...extra];
}

function caFiles(environment: Environment, cert: CaFile | undefined): CaFile[] {
  const files: CaFile[] = cert === undefined ? [] : [cert];
  for (const source of ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    const path = environment[source];
    if (path === undefined || path === '') continue;
    files.push({ path: expandUser(path, environment), source, required: source === 'REQUESTS_CA_BUNDLE' });
  }
  const seen = new Set<string>();
  return files.filter((file) => {
    const real = tryRealPath(file.path);
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

function tryRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return path;
    throw error;
  }
}

function certificatesOf(file: CaFile): string[] {
  const certificates = readCaFile(file).flatMap(splitCertificates);
  if (certificates.length > 0 || !file.required) return certificates;
  throw new BuildError(
    'NET_CA_FILE',
    `The CA file \`${file.path}\` that ${file.source} names has no certificate`,
    {
      hint: 'it must hold one or more blocks that begin with `-----BEGIN CERTIFICATE-----`',
    },
  );
}

function readCaFile(file: CaFile): string[] {
  try {
    if (!statSync(file.path).isDirectory()) return [readFileSync(file.path, 'latin1')];
    return readdirSync(file.path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => readFileSync(join(file.path, entry.name), 'latin1'));
  } catch (error) {
    if (!file.required && hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw new BuildError('NET_CA_FILE', `Can't read the CA file \`${file.path}\` that ${file.source} names`, {
      hint: 'correct that setting or remove it',
      cause: error,
    });
  }
}

function splitCertificates(pem: string): string[] {
  return (
    pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? []
  );
}

/** One certificate, wrapped at whatever width. */
function certificateKey(pem: string): string {
  return pem.replace(/\s+/g, '');
}
