import { type ClientFraming, NO_BODY } from '../client-framing.js';
import type { ClientRequestHead } from '../client-stream.js';
import { isMethodByte } from '../http1/request-head.js';

/** The head of an HTTP/2 request, with what it says of its body (RFC 9113, 8.3.1). */
export interface Http2RequestHead extends ClientRequestHead {
  /** Whether the client waits for a 100 before it sends the body (RFC 9110, 10.1.1). */
  readonly expectsContinue: boolean;
}

/** What is gathered from the fields of a head. */
interface Gathered {
  readonly pseudo: Record<string, string>;
  readonly regular: string[];
  readonly hosts: string[];
  readonly cookies: string[];
  /** Where in `regular` the value of Cookie stands. */
  cookieAt: number;
  length: string | undefined;
  expectsContinue: boolean;
}

/**
 * Reads a head given as names and values in turn, in the form the rest of the data plane knows: `:authority` is the
 * Host, in front of all (a Host line that says something else stays beside it, so that there are two), and the
 * crumbs of a cookie are joined (RFC 9113, 8.2.3). `bodiless`: the stream ends with the head.
 */
export function readRequestHead(rawFields: readonly string[], bodiless: boolean): Http2RequestHead {
  const gathered = gather(rawFields);
  const { pseudo, regular } = gathered;
  const method = pseudo[':method'] ?? '';
  const target = pseudo[':path'] ?? pseudo[':authority'] ?? '';
  if (gathered.cookieAt > 0) regular[gathered.cookieAt] = gathered.cookies.join('; ');
  return {
    method,
    target,
    version: '2.0',
    rawHeaders: [...hostLines(pseudo[':authority'], gathered.hosts), ...regular],
    connection: undefined,
    framing: framingOf(gathered.length, bodiless),
    longestLine: sizeOf(rawFields),
    versionUnsupported: false,
    malformed: !isMethod(method) || !isTarget(target),
    upgrade: false,
    expectsContinue: gathered.expectsContinue,
  };
}

function gather(rawFields: readonly string[]): Gathered {
  const gathered: Gathered = {
    pseudo: Object.create(null),
    regular: [],
    hosts: [],
    cookies: [],
    cookieAt: 0,
    length: undefined,
    expectsContinue: false,
  };
  for (let i = 0; i < rawFields.length; i += 2) {
    const name = rawFields[i] ?? '';
    const value = rawFields[i + 1] ?? '';
    if (name.startsWith(':')) gathered.pseudo[name] = value;
    else gatherField(gathered, name, value);
  }
  return gathered;
}

function gatherField(gathered: Gathered, name: string, value: string): void {
  switch (name) {
    case 'host':
      gathered.hosts.push(value);
      return;
    case 'cookie':
      gathered.cookies.push(value);
      if (gathered.cookieAt > 0) return;
      gathered.cookieAt = gathered.regular.length + 1;
      break;
    case 'content-length':
      gathered.length = value;
      break;
    case 'expect':
      gathered.expectsContinue ||= value.toLowerCase() === '100-continue';
      break;
    default:
  }
  gathered.regular.push(name, value);
}

/** Clients keep to the size that they were told only once they have heard of it. */
function sizeOf(rawFields: readonly string[]): number {
  let size = 0;
  for (const text of rawFields) size += text.length;
  return size;
}

function hostLines(authority: string | undefined, hosts: readonly string[]): readonly string[] {
  const named = authority === undefined || authority === '' ? hosts : [authority, ...hosts];
  return named.filter((host, at) => at === 0 || host !== named[0]).flatMap((host) => ['host', host]);
}

/** nghttp2 has made sure that a content-length is a number and says the truth. */
function framingOf(length: string | undefined, bodiless: boolean): ClientFraming {
  if (length !== undefined) return { kind: 'length', length: Number(length) };
  return bodiless ? NO_BODY : { kind: 'stream' };
}

/** What HTTP/1.1 would not take as a request line is not taken here either. */
function isMethod(method: string): boolean {
  for (let i = 0; i < method.length; i++) {
    if (!isMethodByte(method.charCodeAt(i))) return false;
  }
  return method !== '';
}

function isTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const byte = target.charCodeAt(i);
    if (byte <= 0x20 || byte >= 0x7f) return false;
  }
  return true;
}
