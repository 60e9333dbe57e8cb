/** How the end of a body is told: by its length, by chunks, by the end of the connection, or there is none. */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'upgrade';

/** The head of an answer. Text is latin1, one character a byte. */
export interface RawHead {
  /** As sent, the empty line included. */
  readonly head: string;
  /** `1.1`, for example. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** Names and values, as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The values of a header joined by `, `; undefined where it is missing. Any case. */
  readonly value: (name: string) => string | undefined;
}

/** Reads a head that ends in an empty line; undefined where it is none. */
export function parseHead(head: string): RawHead | undefined {
  const [first = '', ...lines] = head.split('\r\n');
  const start = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/.exec(first);
  if (start === null) return undefined;
  return makeHead(head, start[1] ?? '', Number(start[2]), start[3] ?? '', parseHeaders(lines));
}

/** Bytes that are no head, in the form of one. */
export function noHead(bytes: string): RawHead {
  return makeHead(bytes, '', 0, '', []);
}

function makeHead(
  head: string,
  version: string,
  status: number,
  reason: string,
  headers: RawHead['headers'],
): RawHead {
  return { head, version, status, reason, headers, value: (name) => joinedValue(headers, name) };
}

/** How the body of the answer to `method` is framed (RFC 9112, 6.3). */
export function framingOf({ status, value }: RawHead, method: string): Framing {
  if (status === 101) return 'upgrade';
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none';
  if (value('transfer-encoding') !== undefined) return 'chunked';
  return value('content-length') === undefined ? 'close' : 'length';
}

/** Names and values of header lines; an empty line ends them. */
export function parseHeaders(lines: readonly string[]): readonly (readonly [string, string])[] {
  const end = lines.indexOf('');
  return lines.slice(0, end < 0 ? undefined : end).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')] as const;
  });
}

/** The values of a header joined by `, `; undefined where it is missing. Any case. */
export function joinedValue(
  headers: readonly (readonly [string, string])[],
  name: string,
): string | undefined {
  const values = headers.filter((header) => header[0].toLowerCase() === name.toLowerCase());
  return values.length === 0 ? undefined : values.map((header) => header[1]).join(', ');
}
