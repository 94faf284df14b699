// Calls over a stream of JSON lines, in both directions at once. Lines are ASCII, so that lone surrogates (file names
// that are no UTF-8) survive.

import type { Duplex } from 'node:stream';
import type { Failure, FailureExchange } from './exchange-failures.ts';

export type Params = Readonly<Record<string, unknown>>;

/** Answers one kind of call; what it returns must be JSON, `undefined` is Python's None. */
export type Verb = (params: Params) => unknown;

export type Verbs = Readonly<Record<string, Verb>>;

export interface Connection {
  call(verb: string, params: Params): Promise<unknown>;
  /** Sends a message that has no answer. */
  notify(verb: string): void;
  /** How many calls have no answer yet. */
  waiting(): number;
  /** Makes every call fail that has no answer yet. */
  fail(error: Error): void;
}

interface Message {
  id?: string;
  verb?: string;
  params?: Params;
  result?: unknown;
  error?: Failure;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export function connectHost(stream: Duplex, verbs: Verbs, failures: FailureExchange): Connection {
  const calls = new Map<string, Waiting>();
  let count = 0;

  function send(message: Message): void {
    if (stream.writable) stream.write(`${asciiJson(message)}\n`);
  }

  async function answer(id: string, verb: string, params: Params): Promise<void> {
    try {
      const handler = verbs[verb];
      if (handler === undefined) throw new Error(`the recipe host asked for the unknown verb ${verb}`);
      send({ id, result: (await handler(params)) ?? null });
    } catch (error) {
      send({ id, error: failures.toPython(error) });
    }
  }

  function receive({ id = '', verb, params = {}, result, error }: Message): void {
    if (verb !== undefined) {
      void answer(id, verb, params);
      return;
    }
    const call = calls.get(id);
    calls.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(failures.fromPython(error));
  }

  readLines(stream, (line) => receive(JSON.parse(line) as Message));
  // The process's end is what counts; a broken pipe only announces it.
  stream.on('error', () => undefined);
  return {
    call(verb, params) {
      count += 1;
      const id = `c${count}`;
      return new Promise((resolve, reject) => {
        calls.set(id, { resolve, reject });
        send({ id, verb, params });
      });
    },
    notify: (verb) => send({ verb }),
    waiting: () => calls.size,
    fail(error) {
      for (const call of calls.values()) call.reject(error);
      calls.clear();
    },
  };
}

function readLines(stream: Duplex, onLine: (line: string) => void): void {
  let pieces: string[] = [];
  stream.setEncoding('latin1').on('data', (text: string) => {
    const lines = text.split('\n');
    pieces.push(lines[0] ?? '');
    for (const next of lines.slice(1)) {
      onLine(pieces.join(''));
      pieces = [next];
    }
  });
}

function asciiJson(message: Message): string {
  return JSON.stringify(message).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
