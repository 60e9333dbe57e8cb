import { METHODS } from 'node:http';
import type { Random } from '../../../helpers/random.js';
import { chunks, mutate } from '../transport/random-answer.js';

/** Of CONNECT and an upgrade Node makes a tunnel, and it knows the preface of HTTP/2. */
const KNOWN: readonly string[] = METHODS.filter((method) => method !== 'CONNECT');
const LINES = [
  'Host: gw.test',
  'Cookie: a=1; b=2',
  'X-Empty:',
  'X-Blanks: \t v w \t',
  'x_y: caf\xe9',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: keep-alive, x',
  'Expect: 100-continue',
  'Trailer: X-T',
  'TE: trailers',
  'X-Colon: a:b: c',
  'Upgrade: h2c',
  'Proxy-Connection: close',
];
const ODD_LINES = [
  'Content-Length: 3',
  'Content-Length: 03',
  'Content-Length: +3',
  'Content-Length: 3, 3',
  'Content-Length:',
  'Content-Length: 3 ',
  'Content-Length: 0x3',
  'Content-Length: 99999999999999999999',
  'Content-Length : 3',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:',
  ' folded',
  '\tfolded',
  'NoColon',
  'Blank : x',
  ': nameless',
  'X-Nul: a\0b',
  'X-Ctl: a\x01b',
  'X-Cr: a\rb',
  'X-Lf: a\nX-B: c',
];
const TARGETS = ['/', '/', '/a?b=c', '*', 'http://a.test/b', '/a%20b', '/\xe9', '/a b', ''];
const VERSIONS = ['1.0', '1.1', '1.1', '1.1', '1.2', '2.0', '0.9', '1.10', '1'];

/** The bytes a client might send for a request, in latin1: well-formed or odd or mutated, about as often. */
export function randomRequest({ int, pick, chance }: Random): string {
  const method = pick([pick(KNOWN), 'GET', 'POST', 'PUT', pick(['FOO', 'get', 'GE-T', ''])]);
  const lines = Array.from({ length: int(5) }, () => pick(LINES));
  const body = 'payload of the request\r\n0\r\n\r\n'.slice(0, int(30));
  const framing = pick(['length', 'chunked', 'chunked', 'none', 'length']);
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  if (chance(1 / 4)) lines.push(pick(ODD_LINES));
  lines.sort(() => int(3) - 1);
  const odd = chance(1 / 6);
  let text = chance(1 / 16) ? pick(['\r\n', '\n', ' ']) : '';
  text += `${method} ${odd ? pick(TARGETS) : '/'} HTTP/${odd ? pick(VERSIONS) : '1.1'}\r\n`;
  text += `${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  if (framing === 'chunked') text += chunks(body, int, pick);
  if (framing === 'length') text += body;
  if (chance(1 / 10)) text += pick(['x', '\r\n', 'GET /next HTTP/1.1\r\n\r\n']);
  for (let count = chance(1 / 2) ? 1 + int(3) : 0; count > 0; count -= 1) text = mutate(text, int, pick);
  return text;
}
