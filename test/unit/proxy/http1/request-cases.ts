import type { Parsed } from './parse.js';

/** A request and what must come of it. `message` is a part of what is said of a malformed one. */
export interface Case {
  readonly what: string;
  readonly bytes: string;
  readonly expect: Partial<Parsed>;
  readonly message?: string;
}

const GET = 'GET / HTTP/1.1\r\n';
const POST = 'POST / HTTP/1.1\r\n';
export const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

/** Rows of a request that is read, and what is expected of it beyond that. */
function read(what: string, bytes: string, expect: Partial<Parsed> = {}): Case {
  return { what, bytes, expect: { outcome: 'ended', ...expect } };
}

function refused(what: string, bytes: string, message: string, where: 'head' | 'body' = 'head'): Case {
  return { what, bytes, expect: { outcome: `malformed ${where}` }, message };
}

function cut(what: string, bytes: string, expect: Partial<Parsed> = {}): Case {
  return { what, bytes, expect: { outcome: 'cut', ...expect } };
}

function line(text: string): string {
  return `${text}\r\nHost: a\r\n\r\n`;
}

/** Request lines, versions, what stands in front of them. */
export const LINES: readonly Case[] = [
  read('a request line', line('GET /a?b=c HTTP/1.1'), {
    method: 'GET',
    target: '/a?b=c',
    version: '1.1',
    rawHeaders: ['Host', 'a'],
    framing: 'none',
    persistent: true,
  }),
  read('a head that is only a request line', `${GET}\r\n`, { method: 'GET', rawHeaders: [] }),
  read('a method nobody knows', line('FROBNICATE-IT_NOW / HTTP/1.1'), { method: 'FROBNICATE-IT_NOW' }),
  read('a method of one letter', line('A / HTTP/1.1'), { method: 'A' }),
  read('an absolute-form target', line('GET http://a:1/b HTTP/1.1'), { target: 'http://a:1/b' }),
  read('an asterisk', line('OPTIONS * HTTP/1.1'), { target: '*' }),
  read('an authority', line('CONNECT a:443 HTTP/1.1'), { target: 'a:443' }),
  read('every printable byte in a target', line(`GET /${printable()} HTTP/1.1`), {
    target: `/${printable()}`,
  }),
  read('HTTP in a target', line('GET /HTTP/1.1 HTTP/1.1'), { target: '/HTTP/1.1' }),
  read('several spaces', line('GET   /   HTTP/1.1'), { method: 'GET', target: '/' }),
  read('HTTP/1.0', line('GET / HTTP/1.0'), { version: '1.0', versionUnsupported: false, persistent: false }),
  read('HTTP/1.2 as 1.1', line('GET / HTTP/1.2'), { version: '1.1', versionUnsupported: false }),
  read('HTTP/1.9 as 1.1', line('GET / HTTP/1.9'), { version: '1.1', versionUnsupported: false }),
  read('HTTP/2.0, to be told', line('GET / HTTP/2.0'), { versionUnsupported: true, persistent: false }),
  read('HTTP/3.1, to be told', line('GET / HTTP/3.1'), { versionUnsupported: true, persistent: false }),
  read('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\n', { method: 'PRI', versionUnsupported: true }),
  read('empty lines first', `\r\n\r\n${GET}\r\n`, { method: 'GET' }),
  read('an empty line of LF first', `\n${GET}\r\n`, { method: 'GET' }),
  refused('HTTP/0.9', line('GET / HTTP/0.9'), 'request line'),
  refused('no version', line('GET /'), 'request line'),
  refused('no target', line('GET HTTP/1.1'), 'request line'),
  refused('an empty target', line('GET  HTTP/1.1'), 'request line'),
  refused('a method alone', line('GET'), 'request line'),
  refused('a space before the method', line(' GET / HTTP/1.1'), 'no method'),
  refused('a method in lower case', line('get / HTTP/1.1'), 'no method'),
  refused('a method in mixed case', line('Get / HTTP/1.1'), 'request line'),
  refused('a digit in a method', line('GET1 / HTTP/1.1'), 'request line'),
  refused('a colon in a method', line('GET: / HTTP/1.1'), 'request line'),
  refused('a tab for a space', line('GET\t/ HTTP/1.1'), 'request line'),
  refused('a tab before the version', line('GET /\tHTTP/1.1'), 'request line'),
  refused('a space in a target', line('GET /a b HTTP/1.1'), 'request line'),
  refused('a second version', line('GET / HTTP/1.1 HTTP/1.1'), 'request line'),
  refused('a space behind the version', line('GET / HTTP/1.1 '), 'request line'),
  refused('a version of two digits', line('GET / HTTP/1.10'), 'request line'),
  refused('a version without a dot', line('GET / HTTP/1'), 'request line'),
  refused('a version with a comma', line('GET / HTTP/1,1'), 'request line'),
  refused('a signed version', line('GET / HTTP/+1.1'), 'request line'),
  refused('letters in a version', line('GET / HTTP/1.x'), 'request line'),
  refused('HTTP in lower case', line('GET / http/1.1'), 'request line'),
  refused('another protocol', line('GET / ICAP/1.1'), 'request line'),
  refused('NUL in a target', line('GET /\0 HTTP/1.1'), 'request line'),
  refused('a control byte in a target', line('GET /\x01 HTTP/1.1'), 'request line'),
  refused('DEL in a target', line('GET /\x7f HTTP/1.1'), 'request line'),
  refused('an 8-bit byte in a target', line('GET /\xe9 HTTP/1.1'), 'request line'),
  refused('a CR in a target', line('GET /\r HTTP/1.1'), 'request line'),
  refused('a CR for the line end', 'GET / HTTP/1.1\rHost: a\r\n\r\n', 'request line'),
  refused('two CR at the line end', 'GET / HTTP/1.1\r\r\nHost: a\r\n\r\n', 'request line'),
  refused('a bare LF behind the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n', 'request line'),
  refused('a bad line before its head has ended', 'GET / HTTP/1.1\n', 'request line'),
  refused('a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00', 'no method'),
  refused('a line of PROXY protocol', 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n', 'request line'),
  cut('nothing', '', { method: undefined }),
  cut('empty lines alone', '\r\n\r\n', { method: undefined }),
  cut('half a request line', 'GET / HT', { method: undefined }),
  cut('a head without its empty line', `${GET}A: 1\r\n`, { method: undefined }),
];

/** Fields. */
export const FIELDS: readonly Case[] = [
  read('names and values as sent', `${GET}x-A: 1\r\nCookie: a\r\nCOOKIE: b\r\n\r\n`, {
    rawHeaders: ['x-A', '1', 'Cookie', 'a', 'COOKIE', 'b'],
  }),
  read('blanks around a value', `${GET}A: \t b c \t \r\n\r\n`, { rawHeaders: ['A', 'b c'] }),
  read('no blank before a value', `${GET}A:b\r\n\r\n`, { rawHeaders: ['A', 'b'] }),
  read('empty values', `${GET}A:\r\nB: \t\r\n\r\n`, { rawHeaders: ['A', '', 'B', ''] }),
  read('a colon in a value', `${GET}A: b:c: d\r\n\r\n`, { rawHeaders: ['A', 'b:c: d'] }),
  read('8-bit bytes in a value', `${GET}A: \x80\xe9\xff\r\n\r\n`, { rawHeaders: ['A', '\x80\xe9\xff'] }),
  read('a tab in a value', `${GET}A: b\tc\r\n\r\n`, { rawHeaders: ['A', 'b\tc'] }),
  read('every token byte in a name', `${GET}!#$%&'*+-.^_\`|~09azAZ: 1\r\n\r\n`, {
    rawHeaders: ["!#$%&'*+-.^_`|~09azAZ", '1'],
  }),
  read('the length of the longest line', `${GET}Ab: 123\r\nA: ${'x'.repeat(40)}\r\nB: 1\r\n\r\n`, {
    longestLine: 41,
  }),
  refused('a folded line', `${GET}A: b\r\n c\r\n\r\n`, 'folded'),
  refused('a line folded by a tab', `${GET}A: b\r\n\tc\r\n\r\n`, 'folded'),
  refused('a folded first line', `${GET} A: b\r\n\r\n`, 'folded'),
  refused('a line of blanks', `${GET}A: b\r\n \r\n\r\n`, 'folded'),
  refused('a line without a colon', `${GET}XNOCOLON\r\n\r\n`, 'without a colon'),
  refused('a blank before the colon', `${GET}A : b\r\n\r\n`, 'no token'),
  refused('a tab before the colon', `${GET}A\t: b\r\n\r\n`, 'no token'),
  refused('a blank in a name', `${GET}A B: c\r\n\r\n`, 'no token'),
  refused('an empty name', `${GET}: b\r\n\r\n`, 'no token'),
  refused('an 8-bit byte in a name', `${GET}X\xe9: b\r\n\r\n`, 'no token'),
  refused('NUL in a name', `${GET}X\0: b\r\n\r\n`, 'no token'),
  refused('NUL in a value', `${GET}A: b\0c\r\n\r\n`, 'control byte'),
  refused('a vertical tab before a value', `${GET}A: \x0bb\r\n\r\n`, 'control byte'),
  refused('DEL in a value', `${GET}A: b\x7fc\r\n\r\n`, 'control byte'),
  refused('a CR in a value', `${GET}A: b\rc\r\n\r\n`, 'control byte'),
  refused('a CR in front of a value', `${GET}A:\r b\r\n\r\n`, 'control byte'),
  refused('two CR at the end of a line', `${GET}A: b\r\r\n\r\n`, 'control byte'),
  refused('a CR alone as the line end', `${GET}A: b\rB: c\r\n\r\n`, 'control byte'),
  refused('a CR before the empty line', `${GET}A: b\r\n\r\r\n\r\n`, 'without a colon'),
  refused('a bare LF behind a field', `${GET}A: b\nC: d\r\n\r\n`, 'CRLF'),
  refused('a bare LF behind the last field', `${GET}A: b\n\r\n`, 'CRLF'),
  refused('a bare LF as the empty line', `${GET}A: b\r\n\n`, 'CRLF'),
  refused('a bare LF as the only empty line', `${GET}\n`, 'CRLF'),
];

/** Content-Length and the body it frames. */
export const LENGTHS: readonly Case[] = [
  read('a length', `${POST}Content-Length: 3\r\n\r\nabc`, { framing: 'length 3', body: 'abc' }),
  read('a length of 0', `${POST}Content-Length: 0\r\n\r\n`, { framing: 'length 0', body: '' }),
  read('a length in a GET', `${GET}Content-Length: 3\r\n\r\nabc`, { framing: 'length 3', body: 'abc' }),
  read('leading zeros', `${POST}Content-Length: 0003\r\n\r\nabc`, { framing: 'length 3', body: 'abc' }),
  read('blanks around a length', `${POST}Content-Length: \t3\t \r\n\r\nabc`, { body: 'abc' }),
  read('a name in any case', `${POST}cOnTeNt-LeNgTh:3\r\n\r\nabc`, { body: 'abc' }),
  read('a body that looks like a request', `${POST}Content-Length: 18\r\n\r\n${GET}\r\n`, {
    body: `${GET}\r\n`,
  }),
  read('no more than the length', `${POST}Content-Length: 3\r\n\r\nabcdef`, { body: 'abc', taken: 41 }),
  read('a POST without a length', `${POST}\r\nabc`, { framing: 'none', body: '', taken: 19 }),
  read('the next request apart', `${GET}\r\n${GET}\r\n`, { taken: 18 }),
  cut('the largest exact length', `${POST}Content-Length: 9007199254740991\r\n\r\nabc`, {
    framing: 'length 9007199254740991',
    body: 'abc',
  }),
  cut('a body cut short', `${POST}Content-Length: 3\r\n\r\nab`, { method: 'POST', body: 'ab' }),
  cut('a body cut before its first byte', `${POST}Content-Length: 3\r\n\r\n`, { method: 'POST', body: '' }),
  refused('one beyond', `${POST}Content-Length: 9007199254740992\r\n\r\n`, 'Content-Length is'),
  refused(
    'a length of 2 to the 64th',
    `${POST}Content-Length: 18446744073709551616\r\n\r\n`,
    'Content-Length is',
  ),
  refused('a length of 400 digits', `${POST}Content-Length: ${'9'.repeat(400)}\r\n\r\n`, 'Content-Length is'),
  refused('an empty length', `${POST}Content-Length:\r\n\r\n`, 'Content-Length is ""'),
  refused('a length of blanks', `${POST}Content-Length: \t \r\n\r\n`, 'Content-Length is ""'),
  refused('a plus', `${POST}Content-Length: +3\r\n\r\nabc`, 'Content-Length is'),
  refused('a minus', `${POST}Content-Length: -3\r\n\r\nabc`, 'Content-Length is'),
  refused('an underscore', `${POST}Content-Length: 1_0\r\n\r\n`, 'Content-Length is'),
  refused('hexadecimal', `${POST}Content-Length: 0x3\r\n\r\nabc`, 'Content-Length is'),
  refused('hexadecimal digits', `${POST}Content-Length: a\r\n\r\n`, 'Content-Length is'),
  refused('a fraction', `${POST}Content-Length: 3.0\r\n\r\nabc`, 'Content-Length is'),
  refused('an exponent', `${POST}Content-Length: 3e0\r\n\r\nabc`, 'Content-Length is'),
  refused('a space in a length', `${POST}Content-Length: 1 0\r\n\r\n`, 'Content-Length is'),
  refused('superscript', `${POST}Content-Length: \xb2\r\n\r\n`, 'Content-Length is'),
  refused('a list', `${POST}Content-Length: 3, 3\r\n\r\nabc`, 'Content-Length is'),
  refused('a list that ends early', `${POST}Content-Length: 3,\r\n\r\nabc`, 'Content-Length is'),
  refused('twice, equal', `${POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 'given twice'),
  refused('twice, different', `${POST}Content-Length: 3\r\ncontent-length: 4\r\n\r\nabc`, 'given twice'),
  refused('twice, one 0', `${POST}Content-Length: 0\r\ncontent-length: 4\r\n\r\nabcd`, 'given twice'),
  refused('a control byte behind it', `${POST}Content-Length: 3\x0b\r\n\r\nabc`, 'control byte'),
];

/** Transfer-Encoding and chunked bodies. */
export const CHUNKS: readonly Case[] = [
  read('chunks', `${CHUNKED}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`, { framing: 'chunked', body: 'abcde' }),
  read('no chunk', `${CHUNKED}0\r\n\r\n`, { body: '', rawTrailers: [] }),
  read('a coding in any case', `${POST}TRANSFER-ENCODING:\tChunked \r\n\r\n1\r\na\r\n0\r\n\r\n`, {
    body: 'a',
  }),
  read('sizes of hexadecimal digits', `${CHUNKED}A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n`, {
    body: '01234567890123456789a',
  }),
  read('leading zeros in a size', `${CHUNKED}0000000000000003\r\nabc\r\n0\r\n\r\n`, { body: 'abc' }),
  read('several zeros at the end', `${CHUNKED}1\r\na\r\n000\r\n\r\n`, { body: 'a' }),
  read('line ends in a chunk', `${CHUNKED}5\r\n0\r\n\r\n\r\n0\r\n\r\n`, { body: '0\r\n\r\n' }),
  read('extensions', `${CHUNKED}1;a\r\na\r\n1;a=b;c\r\nb\r\n1;a="b;\\" "\r\nc\r\n0;z=1\r\n\r\n`, {
    body: 'abc',
  }),
  read('trailers', `${CHUNKED}1\r\na\r\n0\r\nX-T:  1 \r\nx-u:\r\n\r\n`, {
    rawTrailers: ['X-T', '1', 'x-u', ''],
  }),
  read('nothing behind the last chunk', `${CHUNKED}0\r\n\r\nGET `, { taken: 52 }),
  cut('a body cut in a size', `${CHUNKED}1`, { method: 'POST' }),
  cut('a body cut in a chunk', `${CHUNKED}3\r\nab`, { body: 'ab' }),
  cut('a body without its last chunk', `${CHUNKED}1\r\na\r\n`, { body: 'a' }),
  cut('a body cut behind its last chunk', `${CHUNKED}1\r\na\r\n0\r\n`, { body: 'a' }),
  cut('a body cut in its trailers', `${CHUNKED}0\r\nA: 1\r\n`, { rawTrailers: [] }),
  cut('the largest size', `${CHUNKED}1fffffffffffff\r\nabc`, { body: 'abc' }),
  refused('a size too large', `${CHUNKED}20000000000000\r\n`, 'too large', 'body'),
  refused('a size of 2 to the 64th', `${CHUNKED}10000000000000000\r\n`, 'too large', 'body'),
  refused('a size of 17 digits', `${CHUNKED}00000000000000001\r\na`, 'too large', 'body'),
  refused('an empty size', `${CHUNKED}\r\n`, 'hexadecimal', 'body'),
  refused('an extension without a size', `${CHUNKED};a\r\n`, 'hexadecimal', 'body'),
  refused('a size with 0x', `${CHUNKED}0x3\r\nabc\r\n0\r\n\r\n`, 'hexadecimal', 'body'),
  refused('a plus before a size', `${CHUNKED}+3\r\nabc`, 'hexadecimal', 'body'),
  refused('a minus before a size', `${CHUNKED}-3\r\nabc`, 'hexadecimal', 'body'),
  refused('an underscore in a size', `${CHUNKED}1_0\r\n`, 'hexadecimal', 'body'),
  refused('a space before a size', `${CHUNKED} 3\r\nabc`, 'hexadecimal', 'body'),
  refused('a space behind a size', `${CHUNKED}3 \r\nabc`, 'hexadecimal', 'body'),
  refused('a tab behind a size', `${CHUNKED}3\t\r\nabc`, 'hexadecimal', 'body'),
  refused('NUL behind a size', `${CHUNKED}3\0\r\nabc`, 'hexadecimal', 'body'),
  refused('a bare LF behind a size', `${CHUNKED}3\nabc\r\n0\r\n\r\n`, 'hexadecimal', 'body'),
  refused('a bare CR behind a size', `${CHUNKED}3\rabc`, 'CRLF', 'body'),
  refused('a bare LF behind the last size', `${CHUNKED}0\n\r\n`, 'hexadecimal', 'body'),
  refused('a chunk longer than its size', `${CHUNKED}3\r\nabcd\r\n`, 'longer', 'body'),
  refused('a chunk shorter than its size', `${CHUNKED}3\r\nab\r\n0\r\n\r\n`, 'longer', 'body'),
  refused('a bare LF behind a chunk', `${CHUNKED}3\r\nabc\n0\r\n\r\n`, 'longer', 'body'),
  refused('a bare CR behind a chunk', `${CHUNKED}3\r\nabc\r0\r\n\r\n`, 'longer', 'body'),
  refused('a bare LF in an extension', `${CHUNKED}3;a\nabc`, 'extension', 'body'),
  refused('a CR in an extension', `${CHUNKED}3;a\rb\r\nabc`, 'CRLF', 'body'),
  refused('an empty extension', `${CHUNKED}3;\r\nabc`, 'extension', 'body'),
  refused('an extension without a value', `${CHUNKED}3;a=\r\nabc`, 'extension', 'body'),
  refused('a blank in front of an extension', `${CHUNKED}3; a\r\nabc`, 'extension', 'body'),
  refused('a quote without its end', `${CHUNKED}3;a="b\r\nabc`, 'extension', 'body'),
  refused('a bare LF behind a trailer', `${CHUNKED}0\r\nA: b\n\r\n`, 'CRLF', 'body'),
  refused('a bare LF for the last line', `${CHUNKED}0\r\n\n`, 'CRLF', 'body'),
  refused('a folded trailer', `${CHUNKED}0\r\nA: b\r\n c\r\n\r\n`, 'folded', 'body'),
  refused('a trailer without a colon', `${CHUNKED}0\r\nGET / HTTP/1.1\r\n\r\n`, 'without a colon', 'body'),
  refused('a control byte in a trailer', `${CHUNKED}0\r\nA: b\0\r\n\r\n`, 'control byte', 'body'),
  refused('what is no chunk', `${CHUNKED}GET / HTTP/1.1\r\n\r\n`, 'hexadecimal', 'body'),
  read('a coding of another name', coded('gzip'), { framing: 'unsupported', persistent: false }),
  read('identity', coded('identity'), { framing: 'unsupported', persistent: false }),
  read('a list of codings', coded('gzip, chunked'), { framing: 'unsupported', persistent: false }),
  read('chunked with another behind it', coded('chunked, identity'), {
    framing: 'unsupported',
    persistent: false,
  }),
  read('chunked with a parameter', coded('chunked;q=1'), { framing: 'unsupported', persistent: false }),
  read('an empty coding', coded(''), { framing: 'unsupported', persistent: false }),
  read('chunked in quotes', coded('"chunked"'), { framing: 'unsupported', persistent: false }),
  read('chunked with a letter before it', coded('xchunked'), { framing: 'unsupported', persistent: false }),
  refused('chunked twice in a list', coded('chunked, chunked'), 'Transfer-Encoding is'),
  refused(
    'chunked twice',
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'twice',
  ),
  refused('two codings', `${POST}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n`, 'twice'),
  refused('chunked behind a vertical tab', coded('\x0bchunked'), 'control byte'),
  refused('a length and a coding', `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`, 'both'),
  refused('a coding and a length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`, 'both'),
  refused(
    'a length and an unknown coding',
    `${POST}Content-Length: 3\r\nTransfer-Encoding: x\r\n\r\n`,
    'both',
  ),
  refused('a coding in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'HTTP/1.0'),
];

/** Expect, Connection and Upgrade. */
export const OPTIONS: readonly Case[] = [
  read('Expect: 100-continue', asked('Expect: 100-continue'), { expectsContinue: true }),
  read('it in any case', asked('expect: 100-Continue'), { expectsContinue: true }),
  read('another expectation', asked('Expect: x'), { expectsContinue: false }),
  read('it in HTTP/1.0', asked('Expect: 100-continue', '1.0'), { expectsContinue: false }),
  read('Connection: close', asked('Connection: close'), { persistent: false, connection: 'close' }),
  read('close in any case and place', asked('Connection: x , CLOSE'), { persistent: false }),
  read('close in a line of its own', asked('Connection: x\r\nConnection: close'), {
    persistent: false,
    connection: 'x, close',
  }),
  read('what only contains close', asked('Connection: closed, x-close'), { persistent: true }),
  read('close beside keep-alive', asked('Connection: keep-alive, close'), { persistent: false }),
  read('HTTP/1.0 with keep-alive', asked('Connection: Keep-Alive', '1.0'), { persistent: true }),
  read('HTTP/1.0 with something else', asked('Connection: x', '1.0'), { persistent: false }),
  read('an upgrade', asked('Connection: Upgrade\r\nUpgrade: websocket'), { upgrade: true }),
  read('an upgrade in any case', asked('connection: x, UPGRADE\r\nupgrade: WebSocket'), { upgrade: true }),
  read(
    'an upgrade with an empty body',
    asked('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0'),
    {
      upgrade: true,
    },
  ),
  read('Upgrade that Connection does not name', asked('Upgrade: websocket'), { upgrade: false }),
  read('another protocol', asked('Connection: Upgrade\r\nUpgrade: h2c'), { upgrade: false }),
  read('a list of protocols', asked('Connection: Upgrade\r\nUpgrade: websocket, h2c'), { upgrade: false }),
  cut('an upgrade with a body', asked('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1'), {
    upgrade: false,
  }),
  cut(
    'one with a chunked body',
    asked('Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked'),
    {
      upgrade: false,
    },
  ),
];

function asked(lines: string, version = '1.1'): string {
  return `GET / HTTP/${version}\r\n${lines}\r\n\r\n`;
}

function coded(coding: string): string {
  return `${POST}Transfer-Encoding: ${coding}\r\n\r\n`;
}

function printable(): string {
  return String.fromCharCode(...Array.from({ length: 94 }, (_, at) => 0x21 + at));
}
