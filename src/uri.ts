/**
 * The normal form of a request path, as Kong computes it before routing: `%XX` is decoded unless it stands for a
 * reserved character (RFC 3986, 2.2), dot segments are resolved, slashes merged.
 */

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;

const RESERVED = "!*'();:@&=+$,/?%#[]";
const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';

/** By byte: 1 for what stays encoded when it is encoded, 2 for what is never encoded upstream. */
const KIND = new Uint8Array(256);
for (const character of UNRESERVED) KIND[character.charCodeAt(0)] = 2;
for (const character of RESERVED) KIND[character.charCodeAt(0)] = 1;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The path of a request whose bytes are not UTF-8. No route matches it, as in Kong. */
export const UNMATCHABLE_PATH = '';

/**
 * Normalizes a path as it came in a request: one character a byte, starting with `/`, without query. Returns
 * `undefined` where the path is malformed (a bad `%XX`, a control byte, `..` above the root) and
 * `UNMATCHABLE_PATH` where its bytes are not UTF-8.
 */
export function normalizeRequestPath(raw: string): string | undefined {
  return isPlain(raw) ? raw : normalizeBytes(raw);
}

/** Normalizes a path written in a config file: like a request's, but given as text. */
export function normalizePath(path: string): string | undefined {
  return isPlain(path) ? path : normalizeBytes(Buffer.from(path, 'utf8').toString('latin1'));
}

/** Encodes a normalized path for the upstream: every byte that is neither reserved nor unreserved, in upper case. */
export function encodePath(path: string): string {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code > 0x7f || KIND[code] === 0) return encodeBytes(path);
  }
  return path;
}

/** True where normalizing changes nothing: printable ASCII without `%`, `//` and segments that begin with a dot. */
function isPlain(path: string): boolean {
  let afterSlash = false;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === SLASH) {
      if (afterSlash) return false;
      afterSlash = true;
      continue;
    }
    if (code <= 0x20 || code >= 0x7f || code === PERCENT || (afterSlash && code === DOT)) return false;
    afterSlash = false;
  }
  return true;
}

function normalizeBytes(raw: string): string | undefined {
  const decoded = decode(raw);
  const path = decoded === undefined ? undefined : resolveSegments(decoded);
  if (path === undefined || isAscii(path)) return path;
  try {
    return utf8.decode(Buffer.from(path, 'latin1'));
  } catch {
    // The decoder throws for bytes that are not UTF-8, and for nothing else.
    return UNMATCHABLE_PATH;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

function decode(raw: string): string | undefined {
  let decoded = '';
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return undefined;
    if (code !== PERCENT) {
      decoded += raw.charAt(i);
      continue;
    }
    const byte = hexByte(raw, i + 1);
    if (byte === undefined || byte === 0) return undefined;
    decoded += KIND[byte] === 1 ? raw.slice(i, i + 3).toUpperCase() : String.fromCharCode(byte);
    i += 2;
  }
  return decoded;
}

function hexByte(text: string, at: number): number | undefined {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** RFC 3986, 5.2.4, with empty segments dropped on the way; `..` above the root is refused. */
function resolveSegments(path: string): string | undefined {
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments.length - 1;
  let directory = false;
  for (const [index, segment] of segments.entries()) {
    directory = segment === '' || segment === '.' || segment === '..';
    if (segment === '..') {
      if (kept.pop() === undefined) return undefined;
    } else if (!directory) {
      kept.push(segment);
    }
    if (index === last && directory) kept.push('');
  }
  return `/${kept.join('/')}`;
}

function encodeBytes(path: string): string {
  let encoded = '';
  for (const byte of Buffer.from(path, 'utf8')) {
    encoded +=
      KIND[byte] === 0 ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte);
  }
  return encoded;
}
