import type { OutgoingHttpHeaders } from 'node:http';

/** Fields that speak of one connection, which HTTP/2 says by other means (RFC 9113, 8.2.2). */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Fields of which Node takes one line only. */
const SINGLE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/**
 * Names and values in turn, in the form Node's HTTP/2 takes: names in lower case, lines of one name together, in
 * their order. What speaks of one connection is left out; of TE only `trailers` stays (RFC 9113, 8.2.2).
 */
export function fieldObject(rawFields: readonly string[]): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  for (let i = 0; i < rawFields.length; i += 2) {
    const name = (rawFields[i] ?? '').toLowerCase();
    const value = asLatin1(rawFields[i + 1] ?? '');
    if (CONNECTION_SPECIFIC.has(name) || (name === 'te' && value !== 'trailers')) continue;
    const before = fields[name];
    if (before === undefined || name === 'te') fields[name] = value;
    else if (SINGLE.has(name)) fields[name] = `${String(before)}, ${value}`;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [String(before), value];
  }
  return fields;
}

/** Names and values in turn as they came in a block of fields, without those of HTTP/2 itself (RFC 9113, 8.3). */
export function regularFields(rawFields: readonly string[]): readonly string[] {
  const regular: string[] = [];
  for (let i = 0; i < rawFields.length; i += 2) {
    const name = rawFields[i] ?? '';
    if (!name.startsWith(':')) regular.push(name, rawFields[i + 1] ?? '');
  }
  return regular;
}

/** Text beyond latin1 goes as UTF-8: its upper bytes would be lost otherwise, and what is left could be anything. */
export function asLatin1(text: string): string {
  return BEYOND_LATIN1.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}
