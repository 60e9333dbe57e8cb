import { type Finding, isMapping, type Path } from './finding.js';

/** Where a part of the merged config stands: the index of the source, and the path in it. */
export interface Origin {
  readonly source: number;
  readonly path: Path;
}

/** Several parsed configs as one. */
export interface MergedConfig {
  readonly value: Record<string, unknown>;
  /** What does not go together. Their paths are those of their `source`. */
  readonly findings: readonly Finding[];
  originOf(path: Path): Origin;
  /** The other way round: where a path of a source has gone. */
  pathOf(origin: Origin): Path;
}

/** What one source contributes to a list of the merged config. */
interface Share {
  readonly source: number;
  /** Where its items begin in the merged list. */
  readonly from: number;
}

/**
 * Joins configs: lists are put one behind the other, in the order of the sources. Of anything else the first source
 * that says it wins, but for the format version and `_transform`, which must agree.
 */
export function mergeConfigs(parsed: readonly Record<string, unknown>[]): MergedConfig {
  const [only] = parsed;
  if (only !== undefined && parsed.length === 1) {
    return {
      value: only,
      findings: [],
      originOf: (path) => ({ source: 0, path }),
      pathOf: ({ path }) => path,
    };
  }
  const merger = new Merger();
  for (const [source, value] of parsed.entries()) merger.add(source, value);
  return merger;
}

class Merger implements MergedConfig {
  readonly value: Record<string, unknown> = {};
  readonly findings: Finding[] = [];
  readonly #shares = new Map<string, Share[]>();
  /** Which source a key that holds no list was taken from. */
  readonly #owners = new Map<string, number>();
  /** Which source said first what all must agree on. */
  #version: { readonly source: number; readonly value: string } | undefined;
  #transform: { readonly source: number; readonly value: boolean } | undefined;

  add(source: number, value: Record<string, unknown>): void {
    this.#agreeOnVersion(source, value['_format_version']);
    this.#agreeOnTransform(source, value['_transform']);
    for (const [key, part] of Object.entries(value)) {
      // Lua cannot tell an empty list from an empty map, so Kong's dumps mix them.
      if (Array.isArray(part) || isEmptyMapping(part))
        this.#append(source, key, Array.isArray(part) ? part : []);
      else if (part !== null || !Object.hasOwn(this.value, key)) this.#set(source, key, part);
    }
  }

  originOf(path: Path): Origin {
    const [key, index, ...rest] = path;
    const shares = this.#shares.get(String(key));
    const owner = this.#owners.get(String(key));
    if (owner !== undefined || shares === undefined) return { source: owner ?? 0, path };
    if (typeof index !== 'number') return { source: shares[0]?.source ?? 0, path };
    const share = shares.findLast(({ from }) => from <= index);
    if (share === undefined) return { source: 0, path };
    return { source: share.source, path: [String(key), index - share.from, ...rest] };
  }

  pathOf({ source, path }: Origin): Path {
    const [key, index, ...rest] = path;
    const share = this.#shares.get(String(key))?.find((known) => known.source === source);
    if (share === undefined || typeof index !== 'number') return path;
    return [String(key), index + share.from, ...rest];
  }

  #append(source: number, key: string, items: readonly unknown[]): void {
    // What is no list stays, so that it is refused at its place.
    if (this.#owners.has(key) && this.value[key] !== null) return;
    const list: unknown = this.value[key];
    const into: unknown[] = Array.isArray(list) ? list : [];
    const shares = this.#shares.get(key) ?? [];
    shares.push({ source, from: into.length });
    for (const item of items) into.push(item);
    this.value[key] = into;
    this.#shares.set(key, shares);
    this.#owners.delete(key);
  }

  #set(source: number, key: string, value: unknown): void {
    const known = this.value[key];
    const isList = Array.isArray(known);
    if (known !== undefined && known !== null && !isList) return;
    if (isList && known.length > 0 && key.startsWith('_')) return;
    this.value[key] = value;
    this.#owners.set(key, source);
  }

  #agreeOnVersion(source: number, value: unknown): void {
    const path = ['_format_version'];
    if (typeof value === 'string') {
      this.#version ??= { source, value };
      const { source: otherSource, value: first } = this.#version;
      if (value === first) return;
      const message = `the files do not agree on the format: "${value}" here, "${first}" at {other}`;
      const hint = 'write the same _format_version in all files; "3.0" is the current one';
      this.findings.push({ code: 'format-mismatch', source, path, message, hint, other: path, otherSource });
    } else if (source > 0) {
      // Of the first source the schemas say it.
      const missing = value === undefined || value === null;
      const code = missing ? 'required-field' : 'wrong-type';
      const message = missing ? 'required field missing' : 'expected a string';
      const hint = missing
        ? 'every file says which format it has: add _format_version: "3.0"'
        : 'quote it: "{got}"';
      this.findings.push({ code, source, path, message, hint, ...(missing ? {} : { got: { value } }) });
    }
  }

  #agreeOnTransform(source: number, given: unknown): void {
    if (given !== undefined && given !== null && typeof given !== 'boolean') return;
    const value = given ?? true;
    this.#transform ??= { source, value };
    const { source: otherSource, value: first } = this.#transform;
    if (value === first) return;
    const path = ['_transform'];
    const message = `the files do not agree on _transform: ${value} here, ${first} in {other}`;
    const hint = 'write the same _transform in all files; without it, true counts';
    this.findings.push({ code: 'transform-mismatch', source, path, message, hint, other: path, otherSource });
  }
}

function isEmptyMapping(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 0;
}
