// A file that goes into a `bin` directory, as text.

/** `script` and `interpreter` differ in the line that announces them. */
export interface ScriptFile {
  readonly path: string;
  readonly content: string;
  readonly kind: 'script' | 'interpreter';
}
