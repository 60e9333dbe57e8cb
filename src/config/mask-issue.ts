import { isMapping, type Path, valueAt } from './finding.js';
import { MASK } from './mask.js';
import { findSecretFields } from './mask-fields.js';
import { findUnfilled, isWhollyOutside } from './substitute-syntax.js';

/** What an issue about one place of a file must not say. */
export interface Veil {
  /** Whether the value there came from outside of the file: what the file says may be shown, the value not. */
  readonly isOutside: boolean;
  /** Whether what the file itself says there must not be shown. */
  readonly hidesText: boolean;
  /** The values that must not be shown. */
  readonly values: readonly string[];
}

const NOTHING: Veil = { isOutside: false, hidesText: false, values: [] };

/** Shorter values are hidden where they stand in quotes only: any word would hold them. */
const MIN_LENGTH = 4;

/** Messages cut long values off; so many characters of one are enough to know it. */
const MAX_LENGTH = 40;

/** Knows the secrets of one file, by field: those the schemas name, and the places filled in from outside. */
export class Secrets {
  readonly #value: Record<string, unknown> | undefined;
  readonly #outside: readonly Path[];
  #declared: readonly Path[] | undefined;

  constructor(value: Record<string, unknown> | undefined, outside: readonly Path[]) {
    this.#value = value;
    this.#outside = outside;
  }

  /** What an issue about `path` must not say; `text` is what the file says there. */
  veilAt(path: Path, text: string): Veil {
    if (this.#value === undefined) return NOTHING;
    this.#declared ??= findSecretFields(this.#value);
    const outside = this.#outside.filter((secret) => isRelated(secret, path));
    const declared = this.#declared.filter((secret) => isRelated(secret, path));
    if (outside.length === 0 && declared.length === 0) return NOTHING;
    const values = [...outside, ...declared].flatMap((secret) =>
      textsIn(valueAt(this.#value, secret)).filter((value) => !isPlaceholder(value)),
    );
    return {
      isOutside: outside.some((secret) => secret.length <= path.length),
      hidesText: declared.some((secret) => secret.length <= path.length) && !isPlaceholder(unquoted(text)),
      values: [...new Set(values)].sort((a, b) => b.length - a.length),
    };
  }

  isOutside(path: Path): boolean {
    return this.#outside.some((secret) => secret.length <= path.length && isRelated(secret, path));
  }
}

/** A sentence without the values it must not say. */
export function conceal(sentence: string, { values }: Veil): string {
  let concealed = sentence;
  for (const value of values) {
    concealed = concealed.replaceAll(JSON.stringify(value), `"${MASK}"`);
    if (value.length < MIN_LENGTH) continue;
    // Hints suggest values in other spellings: in another case, or with dashes for spaces.
    const words = value.slice(0, MAX_LENGTH).match(/[\p{L}\p{N}_]+/gu);
    if (words === null) continue;
    const rest = value.length > MAX_LENGTH ? '[^"]*' : '(?!\\w)';
    concealed = concealed.replaceAll(new RegExp(`(?<!\\w)${words.join('\\W{0,8}')}${rest}`, 'gi'), MASK);
  }
  return concealed;
}

/** Whether one of two places holds the other, or they are the same. */
function isRelated(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isMapping(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** Whether a text only names where its value comes from, in our spelling or in that of another tool. */
function isPlaceholder(text: string): boolean {
  return isWhollyOutside(text) || findUnfilled(text)?.text === text;
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2').replaceAll('\\"', '"');
}
