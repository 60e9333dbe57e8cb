import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestParser, type RequestSink } from '#gateway/proxy/http1/request-parser.js';
import { latin1, splits } from '../transport/parse.js';
import { judge, LIMITS, type Parsed, parse } from './parse.js';
import { type Case, CHUNKED, CHUNKS, FIELDS, LENGTHS, LINES, OPTIONS } from './request-cases.js';

const GET = 'GET / HTTP/1.1\r\n';
const POST = 'POST / HTTP/1.1\r\n';

const TABLES: readonly (readonly [string, readonly Case[]])[] = [
  ['request lines', LINES],
  ['fields', FIELDS],
  ['lengths', LENGTHS],
  ['chunked bodies and codings', CHUNKS],
  ['options of the connection', OPTIONS],
];

function check(parsed: Parsed, expect: Partial<Parsed>): void {
  for (const [key, value] of Object.entries(expect)) {
    assert.deepEqual(parsed[key as keyof Parsed], value, key);
  }
}

for (const [of, cases] of TABLES) {
  describe(`the request parser, of ${of},`, () => {
    for (const { what, bytes, expect, message } of cases) {
      const verb = expect.outcome?.startsWith('malformed') === true ? 'refuses' : 'reads';
      it(`${verb} ${what}, split anywhere`, () => {
        const whole = parse([latin1(bytes)]);
        check(whole, expect);
        const said = new Set([judge([latin1(bytes)]).message]);
        for (const pieces of splits(latin1(bytes))) {
          const verdict = judge(pieces);
          assert.deepEqual(verdict.parsed, whole);
          said.add(verdict.message);
        }
        const fits = [...said].some((text) => (text ?? '').includes(message ?? ''));
        assert.ok(fits, `${[...said].join(', ')} has no "${message}"`);
      });
    }
  });
}

describe('the request parser', () => {
  it('reads every byte value in a body, in both framings', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    for (const bytes of [
      `${POST}Content-Length: 256\r\n\r\n${all}`,
      `${CHUNKED}100\r\n${all}\r\n0\r\n\r\n`,
    ]) {
      for (const pieces of [[latin1(bytes)], ...splits(latin1(bytes))]) assert.equal(parse(pieces).body, all);
    }
  });

  it('refuses every byte that cannot be where it is, and no other', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const text = String.fromCharCode(byte);
      const takes = (bytes: string): boolean => parse([latin1(bytes)]).outcome === 'ended';
      const name = takes(`${GET}A${text}B: 1\r\n\r\n`);
      assert.equal(name, /[!#$%&'*+\-.^_`|~:0-9A-Za-z]/.test(text), `name byte ${byte}`);
      // A line feed makes `c` a line of its own, without a colon.
      const value = takes(`${GET}A: b${text}c\r\n\r\n`);
      assert.equal(value, byte === 9 || (byte >= 32 && byte !== 127), `value byte ${byte}`);
      const method = takes(`G${text}T / HTTP/1.1\r\n\r\n`);
      assert.equal(method, /[A-Z_-]/.test(text), `method byte ${byte}`);
      const target = takes(`GET /a${text}b HTTP/1.1\r\n\r\n`);
      assert.equal(target, byte > 32 && byte < 127, `target byte ${byte}`);
    }
  });

  it('tells whether part of a head has come', () => {
    const parser = new RequestParser(deaf(), LIMITS);
    const feed = (text: string): void => {
      parser.read(latin1(text), 0, text.length);
    };
    feed('\r\n');
    assert.equal(parser.inHead, false);
    feed('G');
    assert.equal(parser.inHead, true);
    feed('ET / HTTP/1.1\r\n\r\n');
    assert.deepEqual([parser.inHead, parser.stopped], [false, true]);
    parser.begin();
    assert.deepEqual([parser.inHead, parser.stopped], [false, false]);
  });
});

describe('the limits of the request parser', () => {
  const limits = { headBytes: 100, headFields: 3 };
  const padded = (length: number): string => `${GET}A: ${'x'.repeat(length - GET.length - 7)}\r\n\r\n`;
  const rows: readonly (readonly [string, string, Parsed['outcome']])[] = [
    ['a head of just the limit', padded(100), 'ended'],
    ['a head one byte larger', padded(101), 'oversized head'],
    ['a head without an end', `${GET}A: ${'x'.repeat(200)}`, 'oversized head'],
    ['a request line without an end', `GET /${'x'.repeat(200)}`, 'oversized head'],
    ['empty lines in front, which do not count', `${'\r\n'.repeat(60)}${padded(100)}`, 'ended'],
    ['as many fields as the limit', `${GET}${'A: 1\r\n'.repeat(3)}\r\n`, 'ended'],
    ['one field more', `${GET}${'A: 1\r\n'.repeat(4)}\r\n`, 'oversized head'],
    ['trailers of just the limit', `${CHUNKED}0\r\nA: ${'x'.repeat(93)}\r\n\r\n`, 'ended'],
    ['trailers one byte larger', `${CHUNKED}0\r\nA: ${'x'.repeat(94)}\r\n\r\n`, 'oversized body'],
    ['trailers without an end', `${CHUNKED}0\r\nA: ${'x'.repeat(200)}`, 'oversized body'],
    ['too many trailers', `${CHUNKED}0\r\n${'A: 1\r\n'.repeat(4)}\r\n`, 'oversized body'],
    ['chunk extensions of 16 KiB', `${CHUNKED}1;${'x'.repeat(16_383)}\r\na\r\n0\r\n\r\n`, 'ended'],
    [
      'chunk extensions over 16 KiB in all',
      `${CHUNKED}${`1;${'x'.repeat(8_192)}\r\na\r\n`.repeat(2)}0\r\n\r\n`,
      'malformed body',
    ],
  ];
  for (const [what, bytes, outcome] of rows) {
    it(`hold for ${what}`, () => {
      const whole = parse([latin1(bytes)], limits);
      assert.equal(whole.outcome, outcome);
      const singles = Array.from(latin1(bytes), (byte) => Buffer.from([byte]));
      assert.deepEqual(parse(singles, limits), whole);
    });
  }
});

describe('a sink of the request parser', () => {
  const bytes = latin1(`${CHUNKED}1\r\na\r\n0\r\nT: 1\r\n\r\n`);

  for (const at of ['onHead', 'onBody'] as const) {
    it(`hears nothing after ${at}, where it stops the parser`, () => {
      const heard: string[] = [];
      const hear = (name: string) => (): void => {
        heard.push(name);
        if (name === at) parser.stop();
      };
      const sink = { onHead: hear('onHead'), onBody: hear('onBody'), onEnd: hear('onEnd') };
      const parser: RequestParser = new RequestParser({ ...deaf(), ...sink }, LIMITS);
      for (let from = 0; from < bytes.length; ) from = parser.read(bytes, from, bytes.length);
      assert.equal(heard.at(-1), at);
      // It was not read to its end: what follows is no request.
      assert.equal(parser.stopped, false);
    });
  }

  it('may begin the next request from within the end of one, and from within a head', () => {
    const targets: string[] = [];
    const bodies: string[] = [];
    const parser: RequestParser = new RequestParser(
      {
        ...deaf(),
        onHead: ({ target, framing }) => {
          targets.push(target);
          if (framing.kind === 'none') parser.begin();
        },
        onBody: (from, start, end) => bodies.push(from.toString('latin1', start, end)),
        onEnd: () => parser.begin(),
      },
      LIMITS,
    );
    const requests = latin1(
      [
        'GET /1 HTTP/1.1\r\n\r\n',
        'POST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab',
        'GET /3 HTTP/1.1\r\n\r\n',
        'POST /4 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n1\r\nd\r\n0\r\n\r\n',
        'GET /5 HTTP/1.1\r\n\r\n',
      ].join('\r\n'),
    );
    for (let from = 0; from < requests.length; ) from = parser.read(requests, from, requests.length);
    assert.deepEqual(targets, ['/1', '/2', '/3', '/4', '/5']);
    assert.deepEqual(bodies, ['ab', 'cd']);
  });
});

/** Hears of a sound request and does nothing with it. */
function deaf(): RequestSink {
  return { onHead: () => {}, onBody: () => {}, onEnd: () => {}, onMalformed: (error) => assert.fail(error) };
}
