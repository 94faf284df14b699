// Uploads by the legacy API that twine, uv, poetry, pdm, flit and `setup.py upload` speak: a form with the fields of the
// metadata and one file. Nothing of the form is kept; it must only say what the file says.

import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { BuildError } from '#base';
import { canonicalizeName } from '#standards';
import { assertAllows } from '../access/create-gate.ts';
import type { Claims } from '../inspect/check-claims.ts';
import { isProjectName, printable } from '../inspect/distribution-name.ts';
import { addFile, type AddedFile } from '../operations/add-file.ts';
import { refusal, statusOf, tooLarge } from '../refusals.ts';
import { receiveFile, type Receiver } from '../storage/receive-file.ts';
import { readForm, type UploadForm } from './read-form.ts';
import type { ServerApp, ServerContext, ServerTypes } from './server-context.ts';

/** Where clients are told to upload, and where they do it when they are told the root or the index. */
const paths = ['/legacy/', '/legacy', '/', '/simple/', '/staging/', '/staging/simple/'];

export function addUploadRoutes(app: ServerApp, server: ServerContext): void {
  for (const path of paths) app.post(path, (context) => upload(server, context));
}

async function upload(server: ServerContext, context: Context<ServerTypes>): Promise<Response> {
  const { incoming } = context.env;
  try {
    const added = await receiveUpload(server, incoming);
    server.metrics.count('clutch_uploads_total', `outcome="${added.outcome}"`);
    return context.text(`${describe(added)}\n`, 200, { 'Cache-Control': 'no-store' });
  } catch (error) {
    const status = statusOf(error);
    server.metrics.count('clutch_uploads_total', `outcome="${status >= 500 ? 'failed' : 'refused'}"`);
    if (error instanceof BuildError && status < 500) {
      const { code, message } = error;
      const token = server.gate.identify(incoming)?.name;
      server.log({ time: server.core.now(), level: 'warning', event: 'refused', code, token, message });
    }
    discardRest(incoming, context.env.outgoing);
    throw error;
  }
}

function describe({ outcome, file }: AddedFile): string {
  const where = file.channel === 'staging' ? 'in staging' : 'released';
  if (outcome === 'same') return `${file.filename} was here already, with the same bytes, ${where}`;
  return `${file.filename} is ${where}${outcome === 'replaced' ? ', in place of what was there' : ''}`;
}

async function receiveUpload(server: ServerContext, incoming: IncomingMessage): Promise<AddedFile> {
  const { core, gate } = server;
  // Nobody sends a gigabyte to hear that he may not.
  const token = gate.assertToken(incoming);
  const announced = Number(incoming.headers['content-length'] ?? 0);
  const slack = 32 * 2 ** 20;
  if (announced > core.maximumFileBytes + slack) throw fileTooLarge(core.maximumFileBytes);
  let receiver: Receiver | undefined;
  try {
    const form = await readForm(incoming, {
      open: (filename, fields) => {
        assertFilename(filename);
        const [project = ''] = fields.get('name') ?? [];
        if (isProjectName(project)) assertAllows(token, 'upload', canonicalizeName(project));
        receiver = receiveFile(core.store.temporaryPath(), core.maximumFileBytes, () =>
          fileTooLarge(core.maximumFileBytes),
        );
        return receiver;
      },
    });
    assertAction(form);
    const { filename } = form;
    if (receiver === undefined || filename === undefined)
      throw refusal('form', 'it has no file named `content`');
    return await addFile(core, {
      received: receiver.finish(),
      filename,
      claims: claimsOf(form),
      digests: digestsOf(form),
      channel: server.noStaging ? 'release' : 'staging',
      replace: isTrue(single(form, 'replace')),
      actor: token,
      authorize: (project) => void assertAllows(token, 'upload', project),
    });
  } finally {
    receiver?.discard();
  }
}

/** The rest of its path would be somebody's directory, so a name with one is no name. */
function assertFilename(filename: string): void {
  if (filename === '' || /[/\\]/.test(filename)) {
    throw refusal('file name', `\`${printable(filename)}\` is not the name of a file`);
  }
}

function fileTooLarge(maximum: number): BuildError {
  return tooLarge(`a file may have ${maximum} bytes`);
}

function assertAction(form: UploadForm): void {
  const action = single(form, ':action');
  if (action === 'file_upload') return;
  if (action === 'submit' || action === 'verify') {
    throw refusal('form', 'projects are not registered here', 'upload a file: that makes the project');
  }
  throw refusal(
    'form',
    `its field \`:action\` is \`${printable(action ?? '')}\`, and must be \`file_upload\``,
  );
}

function claimsOf(form: UploadForm): Claims {
  const name = single(form, 'name');
  const version = single(form, 'version');
  if (name === undefined || version === undefined) {
    throw refusal('form', `it has no field \`${name === undefined ? 'name' : 'version'}\``);
  }
  const filetype = single(form, 'filetype');
  const summary = single(form, 'summary');
  const requiresPython = single(form, 'requires_python');
  const requiresDist = form.fields.get('requires_dist')?.filter((line) => line !== '');
  return {
    name,
    version,
    ...(filetype !== undefined && { filetype }),
    ...(summary !== undefined && { summary }),
    ...(requiresPython !== undefined && { requiresPython }),
    ...(requiresDist !== undefined && { requiresDist }),
  };
}

function digestsOf(form: UploadForm): { md5?: string; sha256?: string; blake2?: string } {
  const [md5, sha256, blake2] = ['md5_digest', 'sha256_digest', 'blake2_256_digest'].map((field) => {
    const value = single(form, field);
    return value === '' ? undefined : value;
  });
  return {
    ...(md5 !== undefined && { md5 }),
    ...(sha256 !== undefined && { sha256 }),
    ...(blake2 !== undefined && { blake2 }),
  };
}

/** A field that may be there once: two values are two opinions. */
function single(form: UploadForm, field: string): string | undefined {
  const [value, ...others] = form.fields.get(field) ?? [];
  if (others.some((other) => other !== value)) throw refusal('form', `it has two values for \`${field}\``);
  return value;
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 'true', 'yes', 'on'].includes(text.toLowerCase());
}

const drainedBytes = 64 * 2 ** 20;

/**
 * Clients read the answer after they have sent everything: so the rest is read and thrown away, unless it is too much,
 * and then the connection ends.
 */
function discardRest(
  incoming: IncomingMessage,
  outgoing: { once: (event: 'finish', listener: () => void) => unknown },
): void {
  if (incoming.readableEnded) return;
  let left = drainedBytes;
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) incoming.destroy();
  });
  incoming.on('error', () => undefined);
  incoming.resume();
  outgoing.once('finish', () => {
    if (Number(incoming.headers['content-length'] ?? 0) > drainedBytes) incoming.destroy();
  });
}
