/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A method, and the bytes a server might send in answer, in latin1. */
export interface RandomAnswer {
  readonly method: 'GET' | 'HEAD';
  readonly bytes: string;
}

const LINES = [
  'Content-Type: text/plain',
  'Set-Cookie: a=1; Path=/',
  'X-Empty:',
  'X-Blanks: \t v w \t',
  'x_y: caf\xe9',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: keep-alive, x',
  'Keep-Alive: timeout=5',
  'Trailer: X-T',
  'Date: Mon, 01 Jan 2024 00:00:00 GMT',
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
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity',
  ' folded',
  'NoColon',
  'Blank : x',
  ': nameless',
  'X-Nul: a\0b',
  'X-Ctl: a\x01b',
  'X-Cr: a\rb',
];
const SPLICES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  'a',
  '\0',
  '\x7f',
  '\xff',
  '-',
  '+',
  '\r\n\r\n',
];

/** A random answer: mostly well-formed, with something odd in it or mutated as often as not. */
export function randomAnswer(random: () => number): RandomAnswer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[below(list.length)] as T;
  const method = below(8) === 0 ? 'HEAD' : 'GET';
  let text = '';
  for (let count = below(12) === 0 ? 1 + below(2) : 0; count > 0; count -= 1) {
    text += `HTTP/1.1 ${pick([100, 102, 103, 199])} X\r\n${below(2) === 0 ? '' : 'Link: <a>\r\n'}\r\n`;
  }
  const status = below(6) === 0 ? pick([204, 304, 205, 404, 500, 999, 301, 101]) : 200;
  const lines = Array.from({ length: below(5) }, () => pick(LINES));
  const body = 'payload of the answer\r\n0\r\n\r\n'.slice(0, below(30));
  const framing = pick(['length', 'chunked', 'chunked', 'close', 'length']);
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  if (below(4) === 0) lines.push(pick(ODD_LINES));
  lines.sort(() => random() - 0.5);
  text += `HTTP/1.${below(10) === 0 ? 0 : 1} ${status}${pick([' OK', ' OK', ' Not So Good', ' ', ''])}\r\n`;
  text += lines.map((line) => `${line}\r\n`).join('');
  text += '\r\n';
  text += framing === 'chunked' ? chunks(body, below, pick) : body;
  if (below(10) === 0) text += pick(['x', '\r\n', 'HTTP/1.1 200 OK\r\n\r\n']);
  for (let count = below(2) === 0 ? 1 + below(3) : 0; count > 0; count -= 1) text = mutate(text, below, pick);
  return { method, bytes: text };
}

/** A body in chunks of random lengths, now and then with extensions and trailers. */
export function chunks(
  body: string,
  below: (limit: number) => number,
  pick: <T>(list: readonly T[]) => T,
): string {
  let text = '';
  for (let rest = body; rest !== ''; ) {
    const length = 1 + below(rest.length);
    const size = pick([length.toString(16), length.toString(16).toUpperCase(), `0${length.toString(16)}`]);
    text += `${size}${pick(['', '', '', ';a', ';a=b', ';a="b c"'])}\r\n${rest.slice(0, length)}\r\n`;
    rest = rest.slice(length);
  }
  return `${text}0\r\n${below(4) === 0 ? 'X-T: 1\r\nX-U:  2 \r\n' : ''}\r\n`;
}

/** The text with one small piece of it taken out, put in, repeated or overwritten. */
export function mutate(
  text: string,
  below: (limit: number) => number,
  pick: <T>(list: readonly T[]) => T,
): string {
  const at = below(text.length + 1);
  const length = 1 + below(3);
  switch (below(6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + pick(SPLICES) + text.slice(at);
    case 2:
      return text.slice(0, at) + pick(SPLICES) + text.slice(at + 1);
    case 3:
      return text.slice(0, at);
    case 4:
      return text.slice(0, at) + text.slice(at, at + 8) + text.slice(at);
    default:
      return text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
  }
}
