import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResponseParser } from '#gateway/proxy/transport/response-parser.js';
import { LIMITS, latin1, type Parsed, parse, splits } from './parse.js';

interface Case {
  readonly what: string;
  readonly bytes: string;
  /** The answer is to a HEAD request. */
  readonly bodiless?: boolean;
  readonly expect: Partial<Parsed>;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

function ended(body: string, more: Partial<Parsed> = {}): Partial<Parsed> {
  return { outcome: 'ended', body, reusable: true, ...more };
}

function refused(message: RegExp | string, phase: 'head' | 'body' = 'head'): Partial<Parsed> {
  return { outcome: 'malformed', phase, message: String(message) };
}

/** Whole answers and what must come of them. `message` is a part of the real one. */
const CASES: readonly Case[] = [
  // Status lines.
  {
    what: 'a status, a reason, a length',
    bytes: `${OK}Content-Length: 3\r\n\r\nabc`,
    expect: ended('abc', { status: 200, reason: 'OK', rawHeaders: ['Content-Length', '3'] }),
  },
  {
    what: 'a reason of several words',
    bytes: 'HTTP/1.1 418 I am a teapot\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { status: 418, reason: 'I am a teapot' }),
  },
  {
    what: 'an empty reason',
    bytes: 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { reason: '' }),
  },
  {
    what: 'no reason and no space',
    bytes: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { reason: '' }),
  },
  {
    what: 'a reason in 8-bit bytes',
    bytes: 'HTTP/1.1 200 d\xe9j\xe0\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { reason: 'd\xe9j\xe0' }),
  },
  {
    what: 'a reason that begins with a space',
    bytes: 'HTTP/1.1 200  x\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { reason: ' x' }),
  },
  {
    what: 'status 999',
    bytes: 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { status: 999 }),
  },
  {
    what: 'a head that is only a status line',
    bytes: `${OK}\r\nrest`,
    expect: { outcome: 'ended by close', body: 'rest' },
  },
  { what: 'status 099', bytes: 'HTTP/1.1 099 X\r\n\r\n', expect: refused('status line') },
  { what: 'status 99', bytes: 'HTTP/1.1 99 X\r\n\r\n', expect: refused('status line') },
  { what: 'status 2000', bytes: 'HTTP/1.1 2000 X\r\n\r\n', expect: refused('status line') },
  { what: 'status 2x0', bytes: 'HTTP/1.1 2x0 X\r\n\r\n', expect: refused('status line') },
  { what: 'a signed status', bytes: 'HTTP/1.1 +20 X\r\n\r\n', expect: refused('status line') },
  { what: 'no status', bytes: 'HTTP/1.1\r\n\r\n', expect: refused('status line') },
  { what: 'two spaces before the status', bytes: 'HTTP/1.1  200 OK\r\n\r\n', expect: refused('status line') },
  { what: 'a tab before the status', bytes: 'HTTP/1.1\t200 OK\r\n\r\n', expect: refused('status line') },
  { what: 'a tab behind the status', bytes: 'HTTP/1.1 200\tOK\r\n\r\n', expect: refused('status line') },
  {
    what: 'a control byte in the reason',
    bytes: 'HTTP/1.1 200 O\x01K\r\n\r\n',
    expect: refused('control byte'),
  },
  { what: 'a CR in the reason', bytes: 'HTTP/1.1 200 O\rK\r\n\r\n', expect: refused('control byte') },
  { what: 'HTTP/1.2', bytes: 'HTTP/1.2 200 OK\r\n\r\n', expect: refused('status line') },
  { what: 'HTTP/2.0', bytes: 'HTTP/2.0 200 OK\r\n\r\n', expect: refused('does not begin with') },
  { what: 'HTTP/0.9', bytes: 'HTTP/0.9 200 OK\r\n\r\n', expect: refused('does not begin with') },
  { what: 'HTTP/1.10', bytes: 'HTTP/1.10 200 OK\r\n\r\n', expect: refused('status line') },
  { what: 'http in lower case', bytes: 'http/1.1 200 OK\r\n\r\n', expect: refused('does not begin with') },
  { what: 'ICY', bytes: 'ICY 200 OK\r\n\r\n', expect: refused('does not begin with') },
  { what: 'another protocol', bytes: 'SSH-2.0-OpenSSH_9.2\r\n', expect: refused('does not begin with') },
  { what: 'a TLS alert', bytes: '\x15\x03\x01\x00\x02\x02\x46', expect: refused('does not begin with') },
  { what: 'an empty line first', bytes: `\r\n${OK}\r\n`, expect: refused('does not begin with') },
  { what: 'no head at all (HTTP/0.9)', bytes: '<html>', expect: refused('does not begin with') },
  { what: 'nothing', bytes: '', expect: { outcome: 'cut', status: undefined } },
  { what: 'half a status line', bytes: 'HTTP/1.1 20', expect: { outcome: 'cut', status: undefined } },
  {
    what: 'a head without its empty line',
    bytes: `${OK}A: 1\r\n`,
    expect: { outcome: 'cut', status: undefined },
  },

  // Fields.
  {
    what: 'names and values as sent',
    bytes: `${OK}x-A: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\ncontent-length: 0\r\n\r\n`,
    expect: ended('', {
      rawHeaders: ['x-A', '1', 'Set-Cookie', 'a', 'Set-Cookie', 'b', 'content-length', '0'],
    }),
  },
  {
    what: 'blanks around a value',
    bytes: `${OK}A: \t b c \t \r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', 'b c', 'Content-Length', '0'] }),
  },
  {
    what: 'no blank before a value',
    bytes: `${OK}A:b\r\nContent-Length:0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', 'b', 'Content-Length', '0'] }),
  },
  {
    what: 'empty values',
    bytes: `${OK}A:\r\nB: \t\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', '', 'B', '', 'Content-Length', '0'] }),
  },
  {
    what: 'a colon in a value',
    bytes: `${OK}A: b:c: d\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', 'b:c: d', 'Content-Length', '0'] }),
  },
  {
    what: '8-bit bytes in a value',
    bytes: `${OK}A: \x80\xe9\xff\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', '\x80\xe9\xff', 'Content-Length', '0'] }),
  },
  {
    what: 'a tab in a value',
    bytes: `${OK}A: b\tc\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ['A', 'b\tc', 'Content-Length', '0'] }),
  },
  {
    what: 'every token byte in a name',
    bytes: `${OK}!#$%&'*+-.^_\`|~09azAZ: 1\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { rawHeaders: ["!#$%&'*+-.^_`|~09azAZ", '1', 'Content-Length', '0'] }),
  },
  { what: 'a folded line', bytes: `${OK}A: b\r\n c\r\n\r\n`, expect: refused('folded') },
  { what: 'a line folded by a tab', bytes: `${OK}A: b\r\n\tc\r\n\r\n`, expect: refused('folded') },
  { what: 'a folded first line', bytes: `${OK} A: b\r\n\r\n`, expect: refused('folded') },
  { what: 'a line without a colon', bytes: `${OK}XNOCOLON\r\n\r\n`, expect: refused('without a colon') },
  { what: 'a blank before the colon', bytes: `${OK}A : b\r\n\r\n`, expect: refused('no token') },
  { what: 'a tab before the colon', bytes: `${OK}A\t: b\r\n\r\n`, expect: refused('no token') },
  { what: 'a blank in a name', bytes: `${OK}A B: c\r\n\r\n`, expect: refused('no token') },
  { what: 'an empty name', bytes: `${OK}: b\r\n\r\n`, expect: refused('no token') },
  { what: 'an 8-bit byte in a name', bytes: `${OK}X\xe9: b\r\n\r\n`, expect: refused('no token') },
  { what: 'a control byte in a name', bytes: `${OK}X\x01: b\r\n\r\n`, expect: refused('no token') },
  { what: 'a bracket in a name', bytes: `${OK}X[]: b\r\n\r\n`, expect: refused('no token') },
  { what: 'NUL in a value', bytes: `${OK}A: b\0c\r\n\r\n`, expect: refused('control byte') },
  { what: 'a control byte in a value', bytes: `${OK}A: b\x01c\r\n\r\n`, expect: refused('control byte') },
  { what: 'DEL in a value', bytes: `${OK}A: b\x7fc\r\n\r\n`, expect: refused('control byte') },
  { what: 'a CR in a value', bytes: `${OK}A: b\rc\r\n\r\n`, expect: refused('control byte') },
  { what: 'two CR at the end of a line', bytes: `${OK}A: b\r\r\n\r\n`, expect: refused('control byte') },
  {
    what: 'a CR before the empty line',
    bytes: `${OK}A: b\r\n\r\r\n\r\n`,
    expect: refused('without a colon'),
  },
  { what: 'a CR alone as the line end', bytes: `${OK}A: b\rB: c\r\n\r\n`, expect: refused('control byte') },

  // Bare LF: accepted in heads, and the connection is not used again.
  {
    what: 'bare LF at every line',
    bytes: 'HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 3\n\nabc',
    expect: ended('abc', { reusable: false, rawHeaders: ['X-A', '1', 'Content-Length', '3'] }),
  },
  {
    what: 'bare LF behind the status line',
    bytes: 'HTTP/1.1 200 OK\nContent-Length: 3\r\n\r\nabc',
    expect: ended('abc', { reusable: false }),
  },
  {
    what: 'bare LF behind a header',
    bytes: `${OK}X-A: 1\nContent-Length: 3\r\n\r\nabc`,
    expect: ended('abc', { reusable: false }),
  },
  {
    what: 'bare LF as the empty line',
    bytes: `${OK}Content-Length: 3\r\n\nabc`,
    expect: ended('abc', { reusable: false }),
  },

  // Content-Length.
  { what: 'a length of 0', bytes: `${OK}Content-Length: 0\r\n\r\n`, expect: ended('') },
  { what: 'leading zeros in a length', bytes: `${OK}Content-Length: 0003\r\n\r\nabc`, expect: ended('abc') },
  {
    what: 'a body with line breaks',
    bytes: `${OK}Content-Length: 8\r\n\r\n\r\n\r\n\r\n\r\n`,
    expect: ended('\r\n\r\n\r\n\r\n'),
  },
  {
    what: 'bytes behind the body',
    bytes: `${OK}Content-Length: 3\r\n\r\nabcd`,
    expect: ended('abc', { reusable: false }),
  },
  {
    what: 'another answer behind the body',
    bytes: `${OK}Content-Length: 3\r\n\r\nabc${OK}\r\n`,
    expect: ended('abc', { reusable: false }),
  },
  {
    what: 'a body cut short',
    bytes: `${OK}Content-Length: 3\r\n\r\nab`,
    expect: { outcome: 'cut', body: 'ab', status: 200 },
  },
  {
    what: 'a body cut before its first byte',
    bytes: `${OK}Content-Length: 3\r\n\r\n`,
    expect: { outcome: 'cut', body: '', status: 200 },
  },
  {
    what: 'a length of 205 with a body',
    bytes: 'HTTP/1.1 205 Reset\r\nContent-Length: 3\r\n\r\nabc',
    expect: ended('abc'),
  },
  {
    what: 'two equal lengths',
    bytes: `${OK}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
    expect: refused('given twice'),
  },
  {
    what: 'two different lengths',
    bytes: `${OK}Content-Length: 3\r\ncontent-length: 4\r\n\r\nabc`,
    expect: refused('given twice'),
  },
  {
    what: 'a list of lengths',
    bytes: `${OK}Content-Length: 3, 3\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  { what: 'an empty length', bytes: `${OK}Content-Length:\r\n\r\nabc`, expect: refused('Content-Length is') },
  {
    what: 'a length with a plus',
    bytes: `${OK}Content-Length: +3\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a negative length',
    bytes: `${OK}Content-Length: -3\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a hexadecimal length',
    bytes: `${OK}Content-Length: 0x3\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a decimal point in a length',
    bytes: `${OK}Content-Length: 3.0\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a blank inside a length',
    bytes: `${OK}Content-Length: 1 2\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a length of words',
    bytes: `${OK}Content-Length: abc\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a length that cannot be counted',
    bytes: `${OK}Content-Length: 9007199254740992\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'a length that wraps in 64 bits',
    bytes: `${OK}Content-Length: 18446744073709551619\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },
  {
    what: 'an endless length',
    bytes: `${OK}Content-Length: ${'9'.repeat(400)}\r\n\r\nabc`,
    expect: refused('Content-Length is'),
  },

  // Transfer-Encoding.
  { what: 'chunks', bytes: `${CHUNKED}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`, expect: ended('abcde') },
  { what: 'an empty chunked body', bytes: `${CHUNKED}0\r\n\r\n`, expect: ended('') },
  {
    what: 'sizes in both cases',
    bytes: `${CHUNKED}a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n`,
    expect: ended('01234567890123456789a'),
  },
  { what: 'leading zeros in sizes', bytes: `${CHUNKED}0003\r\nabc\r\n000\r\n\r\n`, expect: ended('abc') },
  {
    what: 'line breaks inside a chunk',
    bytes: `${CHUNKED}7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n`,
    expect: ended('\r\n0\r\n\r\n'),
  },
  { what: 'extensions', bytes: `${CHUNKED}3;a=b;c="d e"\r\nabc\r\n0;last\r\n\r\n`, expect: ended('abc') },
  ...['3;a=b', '3;a="b c"', '3;a="b\\"c\\\\";d', '3;a=""', '3;a="\t\x80"'].map((size) => ({
    what: `the chunk line ${size}`,
    bytes: `${CHUNKED}${size}\r\nabc\r\n0;last\r\n\r\n`,
    expect: ended('abc'),
  })),
  ...[
    '3;',
    '3;;a',
    '3; a',
    '3;a =b',
    '3;a= b',
    '3;a=',
    '3;a="b',
    '3;a="b"c',
    '3;"a"',
    '3;a=b=c',
    '3;\x80',
  ].map((size) => ({
    what: `the chunk line ${size}`,
    bytes: `${CHUNKED}${size}\r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk extension', 'body'),
  })),
  {
    what: 'trailers',
    bytes: `${CHUNKED}3\r\nabc\r\n0\r\nX-T: 1\r\nx-u:\t2 \r\n\r\n`,
    expect: ended('abc', { rawTrailers: ['X-T', '1', 'x-u', '2'] }),
  },
  {
    what: 'Chunked in another case',
    bytes: `${OK}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`,
    expect: ended(''),
  },
  {
    what: 'bytes behind the last chunk',
    bytes: `${CHUNKED}0\r\n\r\nx`,
    expect: ended('', { reusable: false }),
  },
  { what: 'a body cut inside a chunk', bytes: `${CHUNKED}3\r\nab`, expect: { outcome: 'cut', body: 'ab' } },
  {
    what: 'a body without its last chunk',
    bytes: `${CHUNKED}3\r\nabc\r\n`,
    expect: { outcome: 'cut', body: 'abc' },
  },
  {
    what: 'a body without its last line',
    bytes: `${CHUNKED}3\r\nabc\r\n0\r\n`,
    expect: { outcome: 'cut', body: 'abc' },
  },
  { what: 'trailers without their last line', bytes: `${CHUNKED}0\r\nA: b\r\n`, expect: { outcome: 'cut' } },
  { what: 'no size', bytes: `${CHUNKED}\r\nabc`, expect: refused('chunk size', 'body') },
  {
    what: 'a size of other letters',
    bytes: `${CHUNKED}3\r\nabc\r\nxyz\r\n`,
    expect: { ...refused('chunk size', 'body'), body: 'abc' },
  },
  {
    what: 'a size with 0x',
    bytes: `${CHUNKED}0x3\r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a negative size',
    bytes: `${CHUNKED}-3\r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a size with a plus',
    bytes: `${CHUNKED}+3\r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a blank before a size',
    bytes: `${CHUNKED} 3\r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a blank behind a size',
    bytes: `${CHUNKED}3 \r\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a size of 17 digits',
    bytes: `${CHUNKED}00000000000000003\r\nabc\r\n0\r\n\r\n`,
    expect: refused('too large', 'body'),
  },
  {
    what: 'a size that cannot be counted',
    bytes: `${CHUNKED}20000000000000\r\n`,
    expect: refused('too large', 'body'),
  },
  {
    what: 'a size that wraps in 64 bits',
    bytes: `${CHUNKED}ffffffffffffffff\r\n`,
    expect: refused('too large', 'body'),
  },
  {
    what: 'bare LF behind a size',
    bytes: `${CHUNKED}3\nabc\r\n0\r\n\r\n`,
    expect: refused('chunk size', 'body'),
  },
  {
    what: 'a bare CR behind a size',
    bytes: `${CHUNKED}3\rabc\r\n0\r\n\r\n`,
    expect: refused('CRLF', 'body'),
  },
  {
    what: 'bare LF behind a chunk',
    bytes: `${CHUNKED}3\r\nabc\n0\r\n\r\n`,
    expect: { ...refused('longer than its size', 'body'), body: 'abc' },
  },
  {
    what: 'a chunk longer than its size',
    bytes: `${CHUNKED}3\r\nabcd\r\n0\r\n\r\n`,
    expect: { ...refused('longer than its size', 'body'), body: 'abc' },
  },
  {
    what: 'bare LF in an extension',
    bytes: `${CHUNKED}3;a\nabc\r\n0\r\n\r\n`,
    expect: refused('extension', 'body'),
  },
  {
    what: 'a bare CR in an extension',
    bytes: `${CHUNKED}3;a\rb\r\nabc\r\n0\r\n\r\n`,
    expect: refused('CRLF', 'body'),
  },
  {
    what: 'NUL in an extension',
    bytes: `${CHUNKED}3;a\0\r\nabc\r\n0\r\n\r\n`,
    expect: refused('extension', 'body'),
  },
  { what: 'bare LF behind a trailer', bytes: `${CHUNKED}0\r\nA: b\n\r\n`, expect: refused('CRLF', 'body') },
  { what: 'bare LF as the last line', bytes: `${CHUNKED}0\r\n\n`, expect: refused('CRLF', 'body') },
  { what: 'a folded trailer', bytes: `${CHUNKED}0\r\nA: b\r\n c\r\n\r\n`, expect: refused('folded', 'body') },
  {
    what: 'a trailer without a colon',
    bytes: `${CHUNKED}0\r\nA\r\n\r\n`,
    expect: refused('without a colon', 'body'),
  },
  {
    what: 'a control byte in a trailer',
    bytes: `${CHUNKED}0\r\nA: \x02\r\n\r\n`,
    expect: refused('control byte', 'body'),
  },
  {
    what: 'Transfer-Encoding twice',
    bytes: `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    expect: refused('given twice'),
  },
  { what: 'gzip', bytes: `${OK}Transfer-Encoding: gzip\r\n\r\n`, expect: refused('Transfer-Encoding is') },
  {
    what: 'gzip, chunked',
    bytes: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    expect: refused('Transfer-Encoding is'),
  },
  {
    what: 'chunked, chunked',
    bytes: `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    expect: refused('Transfer-Encoding is'),
  },
  {
    what: 'identity',
    bytes: `${OK}Transfer-Encoding: identity\r\n\r\n`,
    expect: refused('Transfer-Encoding is'),
  },
  {
    what: 'an empty Transfer-Encoding',
    bytes: `${OK}Transfer-Encoding:\r\n\r\n`,
    expect: refused('Transfer-Encoding is'),
  },
  {
    what: 'chunked with a parameter',
    bytes: `${OK}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`,
    expect: refused('Transfer-Encoding is'),
  },
  {
    what: 'chunked with a vertical tab',
    bytes: `${OK}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    expect: refused('control byte'),
  },
  {
    what: 'Content-Length, then Transfer-Encoding',
    bytes: `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    expect: refused('both'),
  },
  {
    what: 'Transfer-Encoding, then Content-Length',
    bytes: `${OK}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`,
    expect: refused('both'),
  },
  {
    what: 'Transfer-Encoding in HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    expect: refused('HTTP/1.0'),
  },

  // Until the connection closes.
  {
    what: 'a body that ends with the connection',
    bytes: `${OK}A: b\r\n\r\nabc`,
    expect: { outcome: 'ended by close', body: 'abc', reusable: false },
  },
  {
    what: 'an empty body that ends with the connection',
    bytes: `${OK}A: b\r\n\r\n`,
    expect: { outcome: 'ended by close', body: '' },
  },
  {
    what: 'HTTP/1.0 without a length',
    bytes: 'HTTP/1.0 200 OK\r\n\r\nabc',
    expect: { outcome: 'ended by close', body: 'abc', reusable: false },
  },

  // No body whatever the head says.
  {
    what: 'an answer to HEAD with a length',
    bytes: `${OK}Content-Length: 3\r\n\r\n`,
    bodiless: true,
    expect: ended(''),
  },
  { what: 'an answer to HEAD, chunked', bytes: CHUNKED, bodiless: true, expect: ended('') },
  { what: 'an answer to HEAD without framing', bytes: `${OK}\r\n`, bodiless: true, expect: ended('') },
  {
    what: 'an answer to HEAD with a body',
    bytes: `${OK}Content-Length: 3\r\n\r\nabc`,
    bodiless: true,
    expect: ended('', { reusable: false }),
  },
  {
    what: '204 with a length',
    bytes: 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n',
    expect: ended(''),
  },
  {
    what: '204 with chunks',
    bytes: 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    expect: ended('', { reusable: false }),
  },
  {
    what: '204 with a body',
    bytes: 'HTTP/1.1 204 No Content\r\n\r\nabc',
    expect: ended('', { reusable: false }),
  },
  {
    what: '304 with a length',
    bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n',
    expect: ended('', { rawHeaders: ['Content-Length', '3'] }),
  },
  {
    what: '304 with a bad length',
    bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\n',
    expect: refused('Content-Length is'),
  },

  // Whether the connection may be used again.
  {
    what: 'Connection: close',
    bytes: `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { reusable: false }),
  },
  {
    what: 'Connection: Close in a list',
    bytes: `${OK}Connection: keep-alive , Close\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { reusable: false }),
  },
  {
    what: 'Connection: close in a second line',
    bytes: `${OK}Connection: x\r\nconnection: close\r\nContent-Length: 0\r\n\r\n`,
    expect: ended('', { reusable: false }),
  },
  {
    what: 'Connection: closed',
    bytes: `${OK}Connection: closed\r\nContent-Length: 0\r\n\r\n`,
    expect: ended(''),
  },
  {
    what: 'HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    expect: ended('', { reusable: false }),
  },
  {
    what: 'HTTP/1.0 with keep-alive',
    bytes: 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
    expect: ended(''),
  },

  // Interim answers.
  {
    what: '100 first',
    bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 3\r\n\r\nabc`,
    expect: ended('abc', { interims: [100], status: 200 }),
  },
  {
    what: '102 and two 103 first',
    bytes: `HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 103 E\r\nLink: b\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
    expect: ended('', { interims: [102, 103, 103], status: 200 }),
  },
  {
    what: '199 first',
    bytes: `HTTP/1.1 199 X\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
    expect: ended('', { interims: [199] }),
  },
  {
    what: 'an interim answer with a length',
    bytes: `HTTP/1.1 103 E\r\nContent-Length: 3\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
    expect: ended('', { interims: [103] }),
  },
  {
    what: 'an interim answer and no more',
    bytes: 'HTTP/1.1 100 Continue\r\n\r\n',
    expect: { outcome: 'cut', interims: [100], status: undefined },
  },
  {
    what: 'an interim answer with an empty line too much',
    bytes: `HTTP/1.1 100 Continue\r\n\r\n\r\n${OK}\r\n`,
    expect: { ...refused('does not begin'), interims: [100] },
  },
  {
    what: '101 unasked',
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    expect: refused('101'),
  },
];

function check(parsed: Parsed, expect: Partial<Parsed>): void {
  for (const [key, value] of Object.entries(expect)) {
    if (key === 'message')
      assert.ok(parsed.message?.includes(String(value)), `${parsed.message} has no "${value}"`);
    else assert.deepEqual(parsed[key as keyof Parsed], value, key);
  }
}

describe('the response parser', () => {
  for (const { what, bytes, bodiless, expect } of CASES) {
    it(`${expect.outcome === 'malformed' ? 'refuses' : 'reads'} ${what}, split anywhere`, () => {
      const whole = parse([latin1(bytes)], bodiless);
      check(whole, expect);
      for (const pieces of splits(latin1(bytes))) assert.deepEqual(parse(pieces, bodiless), whole);
    });
  }

  it('reads every byte value in a body, in all three framings', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    const framed = [
      `${OK}Content-Length: 256\r\n\r\n${all}`,
      `${CHUNKED}100\r\n${all}\r\n0\r\n\r\n`,
      `${OK}\r\n${all}`,
    ];
    for (const bytes of framed) {
      for (const pieces of [[latin1(bytes)], ...splits(latin1(bytes))]) assert.equal(parse(pieces).body, all);
    }
  });

  it('refuses every byte that cannot be in a name or a value, and no other', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const text = String.fromCharCode(byte);
      const inName = parse([latin1(`${OK}A${text}B: 1\r\nContent-Length: 0\r\n\r\n`)]);
      assert.equal(
        inName.outcome === 'ended',
        /[!#$%&'*+\-.^_`|~:0-9A-Za-z]/.test(text),
        `name byte ${byte}`,
      );
      const inValue = parse([latin1(`${OK}A: b${text}c\r\nContent-Length: 0\r\n\r\n`)]);
      const allowed = byte === 9 || (byte >= 32 && byte !== 127);
      // A line feed makes `c` a line of its own, without a colon.
      assert.equal(inValue.outcome === 'ended', allowed, `value byte ${byte}`);
    }
  });
});

describe('the limits of the response parser', () => {
  const limits = { headBytes: 100, headFields: 3, interims: 2 };
  const padded = (length: number): string => {
    const frame = `${OK}A: \r\nContent-Length: 0\r\n\r\n`;
    return frame.replace('A: ', `A: ${'x'.repeat(length - frame.length)}`);
  };
  const rows: readonly (readonly [string, string, Partial<Parsed>])[] = [
    ['a head of just the limit', padded(100), ended('')],
    ['a head one byte larger', padded(101), refused('larger than 100')],
    ['a head without an end', `${OK}A: ${'x'.repeat(200)}`, refused('larger than 100')],
    ['as many fields as the limit', `${OK}A: 1\r\nB: 1\r\nContent-Length: 0\r\n\r\n`, ended('')],
    ['one field more', `${OK}A: 1\r\nB: 1\r\nC: 1\r\nContent-Length: 0\r\n\r\n`, refused('more than 3')],
    [
      'as many interims as the limit',
      `${'HTTP/1.1 100 C\r\n\r\n'.repeat(2)}${OK}Content-Length: 0\r\n\r\n`,
      ended(''),
    ],
    [
      'one interim more',
      `${'HTTP/1.1 100 C\r\n\r\n'.repeat(3)}${OK}Content-Length: 0\r\n\r\n`,
      refused('more than 2'),
    ],
    ['trailers of just the limit', `${CHUNKED}0\r\nA: ${'x'.repeat(93)}\r\n\r\n`, ended('')],
    [
      'trailers one byte larger',
      `${CHUNKED}0\r\nA: ${'x'.repeat(94)}\r\n\r\n`,
      refused('larger than 100', 'body'),
    ],
    ['too many trailers', `${CHUNKED}0\r\n${'A: 1\r\n'.repeat(4)}\r\n`, refused('more than 3', 'body')],
    ['chunk extensions of 16 KiB', `${CHUNKED}1;${'x'.repeat(16_383)}\r\na\r\n0\r\n\r\n`, ended('a')],
    [
      'chunk extensions over 16 KiB in all',
      `${CHUNKED}${`1;${'x'.repeat(8_192)}\r\na\r\n`.repeat(2)}0\r\n\r\n`,
      refused('extensions', 'body'),
    ],
  ];
  for (const [what, bytes, expect] of rows) {
    it(`hold for ${what}`, () => {
      const whole = parse([latin1(bytes)], false, limits);
      check(whole, expect);
      const singles = Array.from(latin1(bytes), (byte) => Buffer.from([byte]));
      assert.deepEqual(parse(singles, false, limits), whole);
    });
  }

  it('leave room for a large head by default', () => {
    const fields = Array.from({ length: 999 }, (_, at) => `X-${at}: ${'v'.repeat(50)}\r\n`).join('');
    check(parse([latin1(`${OK}${fields}Content-Length: 0\r\n\r\n`)]), ended(''));
  });
});

describe('a sink that stops the parser', () => {
  const bytes = latin1(`HTTP/1.1 103 E\r\n\r\n${CHUNKED}1\r\na\r\n0\r\nT: 1\r\n\r\n`);
  for (const at of ['onInterim', 'onHead', 'onBody'] as const) {
    it(`hears nothing after ${at}`, () => {
      const heard: string[] = [];
      const hear = (name: string) => (): void => {
        heard.push(name);
        if (name === at) parser.stop();
      };
      const parser: ResponseParser = new ResponseParser(
        {
          onInterim: hear('onInterim'),
          onHead: hear('onHead'),
          onBody: hear('onBody'),
          onEnd: hear('onEnd'),
          onMalformed: hear('onMalformed'),
        },
        LIMITS,
      );
      parser.begin(false);
      parser.read(bytes, 0, bytes.length);
      assert.equal(parser.finish(), false);
      assert.equal(heard.at(-1), at);
    });
  }

  it('may begin the next answer from within the end of one', () => {
    const statuses: number[] = [];
    const parser: ResponseParser = new ResponseParser(
      {
        onInterim: () => assert.fail('there is no interim answer'),
        onHead: (head) => statuses.push(head.status),
        onBody: () => {},
        onEnd: () => parser.begin(false),
        onMalformed: (error) => assert.fail(error),
      },
      LIMITS,
    );
    parser.begin(false);
    for (const status of [200, 404, 500]) {
      const answer = latin1(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nab`);
      parser.read(answer, 0, answer.length);
    }
    assert.deepEqual(statuses, [200, 404, 500]);
  });
});
