// What rooms tell the user goes through one function as data; `cli` decides how it looks. Levels are those of
// Python's logging, since zc.buildout's verbosity arithmetic (`-v` subtracts ten) is the contract.

export const LogLevel = { debug: 10, info: 20, warning: 30, error: 40 } as const;
export type LogLevelName = keyof typeof LogLevel;

/**
 * `log`: a line of zc.buildout's console, printed when its level is high enough; `logger` empty means a logger of
 * zc.buildout itself, whose lines have no prefix; others print `logger: text`.
 * `log-settings`: from here on, what `log-level` minus `verbosity` and `log-format` of `[buildout]` say.
 * `print`: text that zc.buildout prints whatever the level (annotate, picked versions); no newline is added.
 * `hint`: a line of ours, shown after zc.buildout's own; never part of a contract.
 * The rest is progress: `cli` draws it on a terminal only. `phase`: one long piece of work begins, and the one before
 * has ended; `phase-bytes`: so much more of it is done.
 */
export type Event =
  | { type: 'log'; level: LogLevelName; text: string; logger?: string }
  | { type: 'log-settings'; level: number; format: string }
  | { type: 'print'; text: string }
  | { type: 'hint'; text: string }
  | { type: 'phase'; phase: string; totalBytes: number }
  | { type: 'phase-bytes'; bytes: number }
  | { type: 'fetch-start'; name: string; bytes?: number }
  | { type: 'fetch-bytes'; name: string; bytes: number }
  | { type: 'fetch-end'; name: string }
  | { type: 'send-start'; name: string }
  | { type: 'send-bytes'; name: string; bytes: number }
  | { type: 'send-end'; name: string }
  | { type: 'build-start'; name: string }
  | { type: 'build-end'; name: string }
  | { type: 'placed'; name: string };

export type Report = (event: Event) => void;
