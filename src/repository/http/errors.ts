// Failures as answers: plain text, the status that fits, and what was wrong also in the reason phrase, which is all
// that twine, poetry and distutils show.

import { BuildError } from '#base';
import type { Context } from 'hono';
import { statusOf } from '../refusals.ts';
import type { ServerTypes } from './server-context.ts';

const longestReason = 300;

/** What whoever asked is told. */
export interface RequestFailure {
  status: number;
  message: string;
  hint?: string;
}

export function describeFailure(error: unknown): RequestFailure {
  const status = statusOf(error);
  return { status, ...describe(error, status) };
}

/** The answer for an error; `json` for the API. */
export function answerError(context: Context<ServerTypes>, error: unknown, json = false): Response {
  const { status, message, hint } = describeFailure(error);
  const { outgoing } = context.env;
  // oxlint-disable-next-line no-control-regex
  outgoing.statusMessage = message.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, longestReason);
  const headers: Record<string, string> = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 401 && { 'WWW-Authenticate': 'Basic realm="clutch", charset="UTF-8"' }),
  };
  if (json) {
    const code = error instanceof BuildError ? error.code : 'INTERNAL';
    return context.json(
      { error: { code, message, ...(hint !== undefined && { hint }) } },
      { status: status as 400, headers },
    );
  }
  const text = hint === undefined ? `${message}\n` : `${message}\nhint: ${hint}\n`;
  return context.body(text, {
    status: status as 400,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

function describe(error: unknown, status: number): { message: string; hint?: string } {
  if (status === 507) {
    return {
      message: 'The disk of the repository is full',
      hint: 'nothing was stored; tell whoever runs it',
    };
  }
  if (error instanceof BuildError && status !== 500) {
    return { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return { message: 'The repository has failed', hint: 'its log says why' };
}
