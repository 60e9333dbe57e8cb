/** Where a value stands in the config: keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** A stretch of the source text: offsets, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Something wrong, before it has a line: what the stages of loading hand on. In `message` and `hint`, `{got}` stands
 * for the offending text as it is in the file.
 */
export interface Finding {
  readonly code: string;
  /** An error where nothing is said. */
  readonly severity?: 'error' | 'warning';
  /**
   * Which of the sources the path belongs to, from 0. Absent for findings about the merged config: their path counts
   * from its top, and `MergedConfig.originOf` knows where it comes from.
   */
  readonly source?: number;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
  /** The offending value, to be shown after the message. */
  readonly got?: { readonly value: unknown };
  /** Whether the key is to blame rather than the value. */
  readonly at?: 'key' | 'value';
  /** The part of the value that is to blame, as it stands in the file. */
  readonly part?: string;
  /** Known before there is a tree of the whole file, for syntax errors. */
  readonly span?: Span;
  /** A second place the message speaks of, as `{other}`. */
  readonly other?: Path;
  /** Which source that place is in, where it is another one than that of the path. */
  readonly otherSource?: number;
  /** The same, where it is known as a stretch of text. */
  readonly otherSpan?: Span;
}

/** `services[0].routes[1].paths[1]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Whether a parsed value is a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path, undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else if (isMapping(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}
