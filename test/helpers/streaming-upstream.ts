import { echoAnswer } from './echo-upstream.js';
import type { RawConnection, RawRequest, RawScript } from './raw-upstream.js';

/** What an upstream does next: write (latin1), give the peer time to read what it got, end or break the connection. */
export type Act = string | 'PAUSE' | 'FIN' | 'RST';

/** Long enough that two writes arrive as two reads, and that what was written is read before a reset drops it. */
const PAUSE_MILLISECONDS = 25;

const OK = 'HTTP/1.1 200 OK\r\n';
const ABC = 'Content-Length: 3\r\n\r\nabc';
const OK_ABC = `${OK}${ABC}`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What was recorded of an upstream is how Kong answered; these are the bytes that must have led there. */
const ANSWERS: Readonly<Record<string, readonly Act[]>> = {
  // Framing.
  '204': ['HTTP/1.1 204 No Content\r\n\r\n'],
  '304': ['HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'],
  cl: [OK_ABC],
  'cl-split': [`${OK}Content-Length: 6\r\n\r\nabc`, 'PAUSE', 'def'],
  chunked: [`${CHUNKED}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`],
  'chunk-ext': [`${CHUNKED}3;a=b\r\nabc\r\n0\r\n\r\n`],
  trailers: [`${OK}Trailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n`],
  'close-delimited': [`${OK}\r\nabc`, 'FIN'],
  'close-delimited-rst': [`${OK}\r\nabc`, 'PAUSE', 'RST'],
  'http10-close': ['HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nabc', 'FIN'],
  'http10-cl': [`HTTP/1.0 200 OK\r\n${ABC}`],
  'http10-cl-fin': [`HTTP/1.0 200 OK\r\n${ABC}`, 'FIN'],
  'http10-keepalive': [`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${ABC}`],
  'empty-200-fin': [`${OK}\r\n`, 'FIN'],
  'cl-0': [`${OK}Content-Length: 0\r\n\r\n`],
  'connection-close': [`${OK}Connection: close\r\n${ABC}`, 'FIN'],
  '204-cl0': ['HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
  '204-body': [`HTTP/1.1 204 No Content\r\n${ABC}`],
  '204-chunked': ['HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  '204-type': ['HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n'],
  '304-cl': ['HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 3\r\n\r\n'],
  '304-body': [`HTTP/1.1 304 Not Modified\r\n${ABC}`],
  '205-body': [`HTTP/1.1 205 Reset Content\r\n${ABC}`],
  // Interim answers.
  '100-first': [`HTTP/1.1 100 Continue\r\n\r\n${OK_ABC}`],
  '100-first-split': ['HTTP/1.1 100 Continue\r\n\r\n', 'PAUSE', OK_ABC],
  '102-first': ['HTTP/1.1 102 Processing\r\n\r\n', 'PAUSE', OK_ABC],
  '103-first': ['HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n', 'PAUSE', OK_ABC],
  '103-same-packet': [`HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n${OK_ABC}`],
  '103-twice': [
    'HTTP/1.1 103 Early Hints\r\nLink: </1>\r\n\r\n',
    'PAUSE',
    `HTTP/1.1 103 Early Hints\r\nLink: </2>\r\n\r\n${OK_ABC}`,
  ],
  '199-first': [`HTTP/1.1 199 Odd\r\n\r\n${OK_ABC}`],
  // Too short and too long.
  'short-fin': [`${OK}Content-Length: 10\r\n\r\nabc`, 'FIN'],
  'short-rst': [`${OK}Content-Length: 10\r\n\r\nabc`, 'PAUSE', 'RST'],
  'short-fin-no-body': [`${OK}Content-Length: 10\r\n\r\n`, 'FIN'],
  'long-same-packet': [`${OK}Content-Length: 3\r\n\r\nabcdef`],
  'long-later': [OK_ABC, 'PAUSE', 'def'],
  'chunk-cut-fin': [`${CHUNKED}a\r\nabcde`, 'FIN'],
  'chunk-cut-rst': [`${CHUNKED}a\r\nabcde`, 'PAUSE', 'RST'],
  'chunk-no-last': [`${CHUNKED}3\r\nabc\r\n`, 'FIN'],
  'chunk-bad-size': [`${CHUNKED}3\r\nabc\r\nzz\r\nabc\r\n0\r\n\r\n`],
  'chunk-bad-first': [`${CHUNKED}zz\r\nabc\r\n0\r\n\r\n`],
  'chunk-huge': [`${CHUNKED}fffffffffffffffff\r\nabc`],
  'chunk-lf': [`${CHUNKED}3\nabc\n0\n\n`],
  'head-cut-fin': [`${OK}Content-Le`, 'FIN'],
  'head-cut-rst': [`${OK}Content-Le`, 'PAUSE', 'RST'],
  'fin-at-once': ['FIN'],
  'rst-at-once': ['RST'],
  pipelined: [`${OK_ABC}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra`],
  // Framing that contradicts itself.
  'dup-cl-same': [`${OK}Content-Length: 3\r\n${ABC}`],
  'dup-cl-differ': [`${OK}Content-Length: 4\r\n${ABC}`],
  'cl-list': [`${OK}Content-Length: 3, 3\r\n\r\nabc`],
  'cl-abc': [`${OK}Content-Length: abc\r\n\r\nabc`],
  'cl-negative': [`${OK}Content-Length: -3\r\n\r\nabc`],
  'cl-plus': [`${OK}Content-Length: +3\r\n\r\nabc`],
  'cl-empty': [`${OK}Content-Length:\r\n\r\nabc`],
  'cl-huge': [`${OK}Content-Length: 99999999999999999999\r\n\r\nabc`],
  'cl-and-te': [`${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  'te-and-cl': [`${OK}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  'te-gzip': [`${OK}Transfer-Encoding: gzip\r\n\r\nabc`],
  'te-gzip-chunked': [`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  'te-twice': [`${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  'te-identity': [`${OK}Transfer-Encoding: identity\r\n\r\nabc`],
  'te-upper': [`${OK}Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  // Heads that are not well-formed, or look like it.
  'bare-cr-value': [`${OK}X-A: a\rb\r\n${ABC}`],
  'bare-lf-lines': ['HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 3\n\nabc'],
  'nul-value': [`${OK}X-A: a\0b\r\n${ABC}`],
  'control-value': [`${OK}X-A: a\x01\x7fb\r\n${ABC}`],
  'latin1-value': [`${OK}X-A: \xe9\r\n${ABC}`],
  'utf8-value': [`${OK}X-A: \xc3\xa9\r\n${ABC}`],
  'tab-value': [`${OK}X-A: a\tb\r\n${ABC}`],
  'name-space': [`${OK}X A: 1\r\n${ABC}`],
  'name-before-colon-space': [`${OK}X-A : 1\r\n${ABC}`],
  'no-colon': [`${OK}XNOCOLON\r\n${ABC}`],
  'empty-name': [`${OK}: 1\r\n${ABC}`],
  'obs-fold': [`${OK}X-A: 1\r\n 2\r\n${ABC}`],
  'fold-first': [`${OK} X-A: 1\r\n${ABC}`],
  'name-bytes': [`${OK}X-\xe9: 1\r\n${ABC}`],
  'name-underscore': [`${OK}X_A: 1\r\n${ABC}`],
  'name-control': [`${OK}X-\x01A: 1\r\n${ABC}`],
  'empty-value': [`${OK}X-A:\r\nX-B: \r\n${ABC}`],
  'spaces-around': [`${OK}X-A:   a b  \r\n${ABC}`],
  'no-reason': [`HTTP/1.1 200\r\n${ABC}`],
  'empty-reason': [`HTTP/1.1 200 \r\n${ABC}`],
  'own-reason': [`HTTP/1.1 200 Fine Thanks\r\n${ABC}`],
  'status-299': [`HTTP/1.1 299 Odd\r\n${ABC}`],
  'status-418': [`HTTP/1.1 418 I'm a teapot\r\n${ABC}`],
  'status-500': [`HTTP/1.1 500 Internal Server Error\r\n${ABC}`],
  'status-502': [`HTTP/1.1 502 Bad Gateway\r\n${ABC}`],
  'status-0': [`HTTP/1.1 000 X\r\n${ABC}`],
  'http2-line': [`HTTP/2 200 OK\r\n${ABC}`, 'FIN'],
  'http2.0-line': [`HTTP/2.0 200 OK\r\n${ABC}`, 'FIN'],
  icy: [`ICY 200 OK\r\n${ABC}`, 'FIN'],
  garbage: ['hello, not http\r\n\r\n', 'FIN'],
  'garbage-long': ['g'.repeat(20_000), 'FIN'],
  'crlf-first': [`\r\n${OK_ABC}`, 'FIN'],
  'lower-http': [`http/1.1 200 OK\r\n${ABC}`, 'FIN'],
  http09: ['just a body', 'FIN'],
  // Header lines.
  cookies: [`${OK}Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\n${ABC}`],
  'dup-type': [`${OK}Content-Type: text/plain\r\nContent-Type: text/html\r\n${ABC}`],
  hop: [
    `${OK}Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: a\r\nProxy-Connection: keep-alive\r\nTE: x\r\nUpgrade: h2c\r\n${ABC}`,
  ],
  tokens: [
    `${OK}Server: up/1\r\nVia: 1.0 up\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nX-Kong-Proxy-Latency: 9\r\nX-Kong-Upstream-Latency: 9\r\nX-Kong-Response-Latency: 9\r\nX-Kong-Request-Id: x\r\nX-Powered-By: p\r\n${ABC}`,
  ],
  'x-accel': [
    `${OK}X-Accel-Expires: 1\r\nX-Accel-Limit-Rate: 1\r\nX-Accel-Buffering: no\r\nX-Accel-Charset: utf-8\r\nX-Pad: 1\r\nStatus: 201\r\n${ABC}`,
  ],
  'x-accel-redirect': [`${OK}X-Accel-Redirect: /b/cl\r\n${ABC}`],
  location: [
    `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:31001/moved\r\nRefresh: 1; url=http://127.0.0.1:31001/r\r\n${ABC}`,
  ],
  'location-rel': [`HTTP/1.1 301 Moved Permanently\r\nLocation: /moved\r\n${ABC}`],
  'type-html': [typed('text/html')],
  'type-plain': [typed('text/plain')],
  'type-plain-charset': [typed('text/plain; charset=iso-8859-1')],
  'type-xml': [typed('text/xml')],
  'type-js': [typed('application/javascript')],
  'type-css': [typed('text/css')],
  'type-rss': [typed('application/rss+xml')],
  'type-wml': [typed('text/vnd.wap.wml')],
  'type-HTML': [typed('TEXT/HTML')],
  'type-plain-other': [typed('text/plain; format=flowed')],
  'type-event-stream': [typed('text/event-stream')],
  'type-json': [`${OK}Content-Type: application/json\r\nContent-Length: 3\r\n\r\n"a"`],
  'type-none': [OK_ABC],
  'type-empty': [typed('')],
  'type-html-encoded': [`${OK}Content-Type: text/html\r\nContent-Encoding: gzip\r\n${ABC}`],
  etag: [
    `${OK}ETag: "x"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nAccept-Ranges: bytes\r\nCache-Control: no-store\r\nExpires: 0\r\nVary: a\r\n${ABC}`,
  ],
  range206: [`HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/10\r\n${ABC}`],
};

function typed(type: string): string {
  return `${OK}Content-Type: ${type}\r\n${ABC}`;
}

/** What an upstream answers for the last segment of a path; fails for one it does not know. */
export function answerTo(name: string): readonly Act[] {
  const numbered = /^(header|headers|status)-(\d+)$/.exec(name);
  const known = ANSWERS[name];
  if (known !== undefined) return known;
  const number = numbered?.[2] ?? '';
  switch (numbered?.[1]) {
    case 'header':
      return [`${OK}X-Big: ${'h'.repeat(Number(number))}\r\n${ABC}`];
    case 'headers':
      return [
        OK + Array.from({ length: Number(number) }, (_, index) => `X${index}: ${index}\r\n`).join('') + ABC,
      ];
    case 'status':
      return [`HTTP/1.1 ${number} X\r\n${ABC}`];
    default:
      throw new Error(`no upstream behaviour is called ${name}`);
  }
}

/** Does what the last segment of the path says, request after request. */
export const byPath: RawScript = async (connection) => {
  for (;;) {
    const { method, target } = await connection.request();
    const acts = answerTo(target.split('/').at(-1) ?? '');
    await perform(connection, method === 'HEAD' ? headOnly(acts) : acts);
  }
};

/** Does one act after the other. */
export async function perform(connection: RawConnection, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (act === 'PAUSE') await pause(PAUSE_MILLISECONDS);
    else if (act === 'FIN') connection.end();
    else if (act === 'RST') connection.reset();
    else await connection.flush(act);
  }
}

/** The acts without the body of the last answer. */
function headOnly(acts: readonly Act[]): readonly Act[] {
  return acts.map((act) =>
    act.startsWith('HTTP/1') && !/^HTTP\/1\.1 1/.test(act) ? act.slice(0, act.indexOf('\r\n\r\n') + 4) : act,
  );
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Answers every request with the JSON of the recordings' echo; `act` comes behind the answer. */
export function echoing(port: number, ...act: readonly Act[]): RawScript {
  return async (connection) => {
    for (;;) {
      const request = await connection.request();
      await perform(connection, [echoTo(port, request), ...act]);
    }
  };
}

/** The recordings' echo, with its type and its port in headers. */
export function echoTo(port: number, { method, target }: RawRequest): string {
  return withoutBodyForHead(method, echoAnswer(port, { port, method, url: target }));
}

/** An echo that only frames its body, with lines of its own in front. */
export function bareEchoTo(port: number, { method, target }: RawRequest, lines = ''): string {
  const body = JSON.stringify({ port, method, url: target });
  return withoutBodyForHead(method, `${OK}${lines}Content-Length: ${body.length}\r\n\r\n${body}`);
}

function withoutBodyForHead(method: string, answer: string): string {
  return method === 'HEAD' ? answer.slice(0, answer.indexOf('\r\n\r\n') + 4) : answer;
}

/** Answers `first` times on a connection as an echo; the next request there meets `acts` instead. */
export function failingAfter(port: number, first: number, acts: readonly Act[]): RawScript {
  return async (connection) => {
    for (let count = 0; ; count += 1) {
      const request = await connection.request();
      await perform(connection, count < first ? [bareEchoTo(port, request)] : acts);
    }
  };
}

/** Echoes with header lines of its own; `acts` come behind every answer. */
export function bareEchoing(port: number, lines = '', acts: readonly Act[] = []): RawScript {
  return async (connection) => {
    for (;;) await perform(connection, [bareEchoTo(port, await connection.request(), lines), ...acts]);
  };
}

/** Acts as soon as a head is there, whatever becomes of the body. */
export function actingAtOnce(acts: readonly Act[]): RawScript {
  return async (connection) => {
    await connection.head();
    await perform(connection, acts);
  };
}

/** Writes `first` at once, then each piece after a pause. */
export function dripping(first: string, pieces: readonly string[], milliseconds: number): RawScript {
  return async (connection) => {
    await connection.request();
    connection.write(first);
    for (const piece of pieces) {
      await pause(milliseconds);
      connection.write(piece);
    }
  };
}
