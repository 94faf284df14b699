// Bodies as they were before the server compressed them for the way, never larger than asked for.

import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { BuildError, hasCode } from '#base';
import { redactUrl } from './redact-url.ts';
import type { Answer } from './send-request.ts';

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The decoded body; fails with `NET_TOO_LARGE` or `NET_BAD_BODY`. */
export async function decodeBody(body: Buffer, answer: Answer, maximumBytes: number): Promise<Buffer> {
  const encoding = (answer.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '' || body.length === 0) return body;
  const url = redactUrl(answer.url);
  if (!(encoding in decoders)) {
    throw new BuildError(
      'NET_BAD_BODY',
      `\`${url}\` comes in the encoding \`${encoding}\`, which was not asked for`,
    );
  }
  try {
    return await decoders[encoding as keyof typeof decoders](body, { maxOutputLength: maximumBytes });
  } catch (error) {
    if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) {
      throw new BuildError('NET_TOO_LARGE', `\`${url}\` unpacks to more than ${maximumBytes} bytes`, {
        cause: error,
      });
    }
    throw new BuildError('NET_BAD_BODY', `\`${url}\` is not valid ${encoding} data`, {
      hint: 'try again; when it stays, the server or a proxy between is broken',
      cause: error,
    });
  }
}
