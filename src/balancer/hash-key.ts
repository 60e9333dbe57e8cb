import type { HashInput, Upstream } from '../config/entities.js';
import { cookieReader } from './cookie.js';
import { queryArgument } from './query-argument.js';

/** What of a request can be hashed. Header values and query are as received, one byte a character. */
export interface HashRequest {
  /** The client's address, after trusted proxies were looked through. */
  readonly clientAddress: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The path in normal form (see `normalizeRequestPath`), without query. */
  readonly path: string;
  /** What stands behind the question mark. */
  readonly query: string;
  /** What the named groups of the route's regex caught. */
  readonly captures: Readonly<Record<string, string>> | undefined;
  /** The id of the consumer, else of the credential; undefined for an anonymous request. */
  readonly consumerId: string | undefined;
}

/** What to hash for a request, and the Set-Cookie header that makes the next one come with the same. */
export interface HashKey {
  /** One byte a character; undefined where the request has nothing of what the upstream hashes on. */
  readonly key: string | undefined;
  readonly setCookie: string | undefined;
}

export type HashKeyReader = (request: HashRequest) => HashKey;

type Read = (request: HashRequest) => string | undefined;

const NO_KEY: HashKey = { key: undefined, setCookie: undefined };

/**
 * Reads what an upstream hashes on, else what it falls back to. A cookie that a request lacks is made: `uuid` gives its
 * value. What is there but empty counts, as in Kong.
 */
export function hashKeyReader(upstream: Upstream, uuid: () => string): HashKeyReader {
  const { hash_on, hash_fallback } = upstream;
  const first = readerOf(hash_on, {
    header: upstream.hash_on_header,
    argument: upstream.hash_on_query_arg,
    capture: upstream.hash_on_uri_capture,
    cookie: upstream.hash_on_cookie,
  });
  const second = readerOf(hash_fallback, {
    header: upstream.hash_fallback_header,
    argument: upstream.hash_fallback_query_arg,
    capture: upstream.hash_fallback_uri_capture,
    cookie: upstream.hash_on_cookie,
  });
  const isCookieMade = hash_on === 'cookie' || hash_fallback === 'cookie';
  return (request) => {
    const key = first(request) ?? second(request);
    if (key !== undefined) return { key, setCookie: undefined };
    if (!isCookieMade) return NO_KEY;
    const made = uuid();
    return { key: made, setCookie: setCookie(upstream, made) };
  };
}

/** `Same-Site` with a dash, which browsers skip, is what Kong sends; Lax is their default anyway. */
function setCookie({ hash_on_cookie, hash_on_cookie_path }: Upstream, value: string): string {
  return `${hash_on_cookie ?? ''}=${value}; Path=${hash_on_cookie_path}; Same-Site=Lax; HttpOnly`;
}

interface Names {
  readonly header: string | null;
  readonly argument: string | null;
  readonly capture: string | null;
  readonly cookie: string | null;
}

function readerOf(input: HashInput, { header, argument, capture, cookie }: Names): Read {
  switch (input) {
    case 'none':
      return () => undefined;
    case 'consumer':
      return ({ consumerId }) => consumerId;
    case 'ip':
      return ({ clientAddress }) => clientAddress;
    case 'header':
      return headerReader(header ?? '');
    case 'cookie':
      return cookieReader(cookie ?? '');
    case 'path':
      return ({ path }) => decodedPath(path);
    case 'query_arg':
      return ({ query }) => queryArgument(query, argument ?? '');
    case 'uri_capture':
      return ({ captures }) => captured(captures, capture ?? '');
  }
}

/** Dashes and underscores are the same, as in the variables of nginx; lines of one name are one list. */
function headerReader(name: string): Read {
  const wanted = foldName(name);
  return ({ rawHeaders }) => {
    let value: string | undefined;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const found = rawHeaders[at] ?? '';
      if (found.length !== wanted.length || foldName(found) !== wanted) continue;
      const line = rawHeaders[at + 1] ?? '';
      value = value === undefined ? line : `${value}, ${line}`;
    }
    return value;
  };
}

function foldName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Kong hashes nginx's path, in which every character is decoded, reserved ones too. */
function decodedPath(path: string): string {
  const bytes = bytesOf(path);
  return bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** Groups without a name have numbers, which Kong does not look up. */
function captured(captures: HashRequest['captures'], name: string): string | undefined {
  const value =
    /^\d+$/.test(name) || captures === undefined || !Object.hasOwn(captures, name)
      ? undefined
      : captures[name];
  return value === undefined ? undefined : bytesOf(value);
}

/** Text as the bytes of its UTF-8, one a character. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
