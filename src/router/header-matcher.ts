import { translateRegex } from '../regex.js';

/** One header a route asks for: some line of it must have one of the values. */
export interface HeaderMatcher {
  /** In lower case, with `-` for `_`: Kong's router does not tell them apart. */
  readonly name: string;
  /** In lower case. */
  readonly values: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
  /** The bare pattern `~*`, which is content with a missing header as well, as in Kong. */
  readonly always: boolean;
}

/** Compiles the `headers` of a route. Values compare without case; `~*` in front makes a value a regex. */
export function compileHeaders(
  headers: Readonly<Record<string, readonly string[]>>,
): readonly HeaderMatcher[] {
  return Object.entries(headers).map(([name, values]) => {
    const regexes = values.filter((value) => value.startsWith('~*')).map((value) => value.slice(2));
    return {
      name: name.toLowerCase().replaceAll('_', '-'),
      values: new Set(values.filter((value) => !value.startsWith('~*')).map((value) => value.toLowerCase())),
      patterns: regexes.map(compilePattern),
      always: regexes.includes(''),
    };
  });
}

function compilePattern(pattern: string): RegExp {
  const translation = translateRegex(`(?i)${pattern}`);
  if (!translation.ok) throw new Error(`header pattern "${pattern}": ${translation.message}`);
  return new RegExp(translation.source, translation.flags);
}

/** True when every wanted header is there with a wanted value. `rawHeaders`: names and values in turn. */
export function headersMatch(wanted: readonly HeaderMatcher[], rawHeaders: readonly string[]): boolean {
  for (const matcher of wanted) {
    if (!matcher.always && !anyLineMatches(matcher, rawHeaders)) return false;
  }
  return true;
}

function anyLineMatches(matcher: HeaderMatcher, rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!sameName(matcher.name, rawHeaders[i] ?? '')) continue;
    const value = rawHeaders[i + 1] ?? '';
    if (matcher.values.has(value.toLowerCase())) return true;
    for (const pattern of matcher.patterns) {
      if (pattern.test(value)) return true;
    }
  }
  return false;
}

/** Compares a normalized name with one as received, without making a new string. */
function sameName(normalized: string, received: string): boolean {
  if (normalized.length !== received.length) return false;
  for (let i = 0; i < normalized.length; i++) {
    const code = received.charCodeAt(i);
    const folded = code >= 0x41 && code <= 0x5a ? code + 0x20 : code === 0x5f ? 0x2d : code;
    if (folded !== normalized.charCodeAt(i)) return false;
  }
  return true;
}
