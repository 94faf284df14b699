// When a request is tried again, and after how long: exponential pauses with jitter, or what the server asks for.

import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError } from '#base';
import { isPermanentFailure } from './describe-failure.ts';
import type { Answer } from './send-request.ts';

export interface RetryPolicy {
  retries: number;
  firstPauseMilliseconds: number;
}

const retriedStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const longestPauseMilliseconds = 8000;
const longestRetryAfterMilliseconds = 60_000;

/** Runs `attempt` until its answer is one to keep or the retries are used up; then its last answer or error. */
export async function retryRequest(policy: RetryPolicy, attempt: () => Promise<Answer>): Promise<Answer> {
  for (let count = 0; ; count += 1) {
    const isLast = count >= policy.retries;
    let retryAfter: string | undefined;
    try {
      const answer = await attempt();
      if (isLast || !retriedStatuses.has(answer.status)) return answer;
      retryAfter = answer.headers.get('retry-after');
    } catch (error) {
      if (isLast || error instanceof BuildError || isPermanentFailure(error)) throw error;
    }
    await sleep(pauseFor(policy, count, retryAfter));
  }
}

function pauseFor(policy: RetryPolicy, count: number, retryAfter: string | undefined): number {
  const asked = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter);
  if (asked !== undefined) return Math.min(asked, longestRetryAfterMilliseconds);
  const pause = Math.min(policy.firstPauseMilliseconds * 2 ** count, longestPauseMilliseconds);
  return pause * (0.5 + Math.random() / 2);
}

/** Milliseconds from now of a `Retry-After` header: seconds or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(text: string): number | undefined {
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
