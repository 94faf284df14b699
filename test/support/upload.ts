// Uploads by hand: a form as twine sends it, in which every field can be another.

import { createHash } from 'node:crypto';

export interface HandUpload {
  filename: string;
  bytes: Buffer;
  /** On top of the usual ones; `null` leaves one out, a list sends it several times. */
  fields?: Readonly<Record<string, string | readonly string[] | null>>;
  token?: string;
  path?: string;
}

export interface UploadAnswer {
  status: number;
  reason: string;
  text: string;
}

export async function upload(url: string, order: HandUpload): Promise<UploadAnswer> {
  const { filename, bytes, token } = order;
  const [name = '', version = ''] = filename.replace(/\.(?:whl|egg|tar\.gz|zip)$/, '').split('-');
  const kind = filename.endsWith('.whl') ? 'bdist_wheel' : filename.endsWith('.egg') ? 'bdist_egg' : 'sdist';
  const fields = {
    ':action': 'file_upload',
    protocol_version: '1',
    metadata_version: '2.1',
    name: name.replaceAll('_', '-'),
    version,
    filetype: kind,
    sha256_digest: createHash('sha256').update(bytes).digest('hex'),
    ...order.fields,
  };
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) continue;
    for (const one of typeof value === 'string' ? [value] : value) form.append(field, one);
  }
  form.append('content', new Blob([Uint8Array.from(bytes)]), filename);
  const response = await fetch(new URL(order.path ?? 'legacy/', url), {
    method: 'POST',
    body: form,
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });
  return { status: response.status, reason: response.statusText, text: await response.text() };
}
