import { translateRegex } from '../regex.js';
import { normalizePath } from '../uri.js';

/** What is wrong with one path or pattern of a route. */
export interface PathFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Formats older than 3.0 have no `~`: whether a path is a regex is told by its characters. */
export function isLegacyFormat(version: unknown): boolean {
  return version === '1.1' || version === '2.1';
}

/**
 * A path of format 1.1 or 2.1 as format 3.0 writes it: with any character outside letters, digits and `.-_~/%` it
 * was a regex and gets `~`; other paths are brought into normal form.
 */
export function migratePath(path: string): string {
  if (/^[A-Za-z0-9.\-_~/%]*$/.test(path)) return path.startsWith('~') ? path : (normalizePath(path) ?? path);
  return `~${path.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, decodeInRegex)}`;
}

/** Reserved characters stay encoded; others are decoded, with a backslash where they would mean something else. */
function decodeInRegex(triplets: string): string {
  const decoded = triplets.replaceAll(/%(..)/g, (triplet, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    if (/[!#$%&'()*+,/:;=?@[\]]/.test(character)) return triplet.toUpperCase();
    return /[.^{}\\|-]/.test(character) ? `\\${character}` : character;
  });
  return Buffer.from(decoded, 'latin1').toString('utf8');
}

/** The rules of a route's path that a schema cannot tell; undefined for a good path. */
export function checkRoutePath(path: string, legacy: boolean): PathFault | undefined {
  if (!legacy) return checkPath(path);
  const migrated = migratePath(path);
  if (migrated.startsWith('~~')) {
    return {
      code: 'invalid-path',
      message: 'a regex path is written without ~ in formats 1.1 and 2.1',
      hint: `write "${path.slice(1)}", or change the file to _format_version: "3.0"`,
    };
  }
  return checkPath(migrated);
}

function checkPath(path: string): PathFault | undefined {
  if (path.startsWith('~/')) return checkPattern(path.slice(1), '~');
  // What starts otherwise is refused by the schema.
  if (!path.startsWith('/')) return undefined;
  if (path.includes('//')) {
    const hint = `write single slashes: "${path.replaceAll(/\/{2,}/g, '/')}"`;
    return { code: 'invalid-path', message: 'must not have empty segments', hint };
  }
  const normal = normalizePath(path);
  if (normal === path) return undefined;
  if (normal === undefined || normal === '') {
    const hint = /[\^$()[\]{}|\\+?]/.test(path)
      ? `a regex path starts with ~: "~${path}"`
      : 'after % come two hex digits, and ".." cannot leave the root';
    return { code: 'invalid-path', message: `invalid path: '${path}'`, hint };
  }
  const regex = /[\\^{}|]/.test(path) ? `; if it is a regex, write "~${path}"` : '';
  const message = `non-normalized path, consider use '${normal}' instead`;
  return { code: 'invalid-path', message, hint: `write "${normal}"${regex}` };
}

/** Compiles a regular expression of a route; `mark` is what stands before it in the file. */
export function checkPattern(pattern: string, mark: '~' | '~*'): PathFault | undefined {
  const result = translateRegex(pattern);
  if (result.ok) return undefined;
  const before = pattern.slice(0, result.offset);
  const where = before === '' ? '' : ` after '${before.length > 40 ? `...${before.slice(-37)}` : before}'`;
  const hint = result.hint ?? `mend the regular expression after ${mark}`;
  return { code: 'invalid-regex', message: `invalid regex: ${result.message}${where}`, hint };
}
