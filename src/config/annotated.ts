// A value and how it came about (buildout.py, SectionKey and HistoryItem). Values are never changed in place: where
// zc.buildout copies whole configurations before it touches them, sharing is safe here.

/** Sources that are not files. */
export const ValueSource = {
  default: 'DEFAULT_VALUE',
  computed: 'COMPUTED_VALUE',
  commandLine: 'COMMAND_LINE_VALUE',
  implicit: 'IMPLICIT_VALUE',
} as const;

export type Operation = 'SET' | 'OVERRIDE' | 'ADD' | 'REMOVE' | 'DIRECTORY';

export interface HistoryItem {
  readonly operation: Operation;
  readonly value: string;
  /** A file's path, a URL without credentials, or one of `ValueSource`. */
  readonly source: string;
  /** The line of the file where the option starts. */
  readonly line?: number;
}

export interface AnnotatedValue {
  readonly value: string;
  /** Oldest first, never empty. */
  readonly history: readonly HistoryItem[];
}

export type AnnotatedSection = Map<string, AnnotatedValue>;
export type AnnotatedSections = Map<string, AnnotatedSection>;

/** A value that something other than a file gave. */
export function createValue(value: string, source: string): AnnotatedValue {
  return { value, history: [{ operation: 'SET', value, source }] };
}

/** The last step of a value's history, which decides what its source is. */
export function lastStep(value: AnnotatedValue): HistoryItem {
  const step = value.history.at(-1);
  if (step === undefined) throw new Error('A value without history');
  return step;
}

/** `later` in place of `earlier`. A value that was added to already carries the history of what it was added to. */
export function overrideValue(earlier: AnnotatedValue, later: AnnotatedValue): AnnotatedValue {
  const step = lastStep(later);
  if (step.operation === 'ADD' || step.operation === 'REMOVE') return later;
  const item: HistoryItem = { ...step, operation: 'OVERRIDE', value: later.value };
  return { value: later.value, history: [...earlier.history, item] };
}

/** What `+=` gives: the lines of `base`, then those of `added`. */
export function addToValue(base: AnnotatedValue, added: AnnotatedValue): AnnotatedValue {
  const item: HistoryItem = { ...lastStep(added), operation: 'ADD', value: added.value };
  return { value: `${base.value}\n${added.value}`, history: [...base.history, item] };
}

/** What `-=` gives: the lines of `base` that are not among those of `removed`. */
export function removeFromValue(base: AnnotatedValue, removed: AnnotatedValue): AnnotatedValue {
  const unwanted = new Set(removed.value.split('\n'));
  const kept = base.value.split('\n').filter((line) => !unwanted.has(line));
  const item: HistoryItem = { ...lastStep(removed), operation: 'REMOVE', value: removed.value };
  return { value: kept.join('\n'), history: [...base.history, item] };
}

/** The same value with its directory made absolute; the source stays who it was. */
export function setDirectory(value: AnnotatedValue, directory: string): AnnotatedValue {
  const item: HistoryItem = { ...lastStep(value), operation: 'DIRECTORY', value: directory };
  return { value: directory, history: [...value.history, item] };
}

/** The values alone, in the same order, as `createSections` takes them. */
export function rawSections(annotated: AnnotatedSections): Map<string, Map<string, string>> {
  const raw = new Map<string, Map<string, string>>();
  for (const [name, section] of annotated) raw.set(name, rawSection(section));
  return raw;
}

export function rawSection(section: AnnotatedSection): Map<string, string> {
  const raw = new Map<string, string>();
  for (const [option, value] of section) raw.set(option, value.value);
  return raw;
}
