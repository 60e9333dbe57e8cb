import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProxyHeaderReading } from '#gateway/proxy/proxy-protocol/proxy-header.js';
import { readHeader } from '#gateway/proxy/proxy-protocol/read-header.js';
import { randomFrom } from '../../../helpers/random.js';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const V4 = '\x01\x02\x03\x04\x7f\0\0\x01\x15\xb3\x01\xbb';
const V6 = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(15)}\x01\x15\xb3\x01\xbb`;
const REST = 'GET / HTTP/1.1\r\n';

/** A header of version 2, its length told by what it holds. */
function v2(
  versionAndCommand: number,
  familyAndTransport: number,
  rest: string,
  length = rest.length,
): string {
  const fixed = Buffer.from([versionAndCommand, familyAndTransport, length >> 8, length & 0xff]);
  return SIGNATURE + fixed.toString('latin1') + rest;
}

function read(text: string): ProxyHeaderReading {
  return readHeader(Buffer.from(text, 'latin1'));
}

const WHOLE: readonly (readonly [what: string, header: string, source: string | undefined])[] = [
  ['TCP4', 'PROXY TCP4 1.2.3.4 127.0.0.1 5555 80\r\n', '1.2.3.4'],
  ['TCP6', 'PROXY TCP6 2001:DB8:0::1 ::1 5555 443\r\n', '2001:db8::1'],
  [
    'the longest line',
    `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
    `${'ffff:'.repeat(7)}ffff`,
  ],
  ['UNKNOWN', 'PROXY UNKNOWN\r\n', undefined],
  ['UNKNOWN with more', 'PROXY UNKNOWN ff ff 1 2\r\n', undefined],
  ['a line with an address that is none', 'PROXY TCP4 999.2.3.4 127.0.0.1 1 2\r\n', undefined],
  ['a line with an address of the other family', 'PROXY TCP4 2001:db8::1 ::1 1 2\r\n', undefined],
  ['version 2 over IPv4', v2(0x21, 0x11, V4), '1.2.3.4'],
  ['version 2 over IPv6', v2(0x21, 0x21, V6), '2001:db8::1'],
  ['version 2 with TLVs', v2(0x21, 0x11, `${V4}\x04\0\x03abc\x02\0\x04host`), '1.2.3.4'],
  ['version 2, LOCAL', v2(0x20, 0x00, ''), undefined],
  ['version 2, LOCAL with a block', v2(0x20, 0x11, V4), undefined],
  ['version 2, unspecified', v2(0x21, 0x00, 'xyz'), undefined],
  ['version 2, datagrams', v2(0x21, 0x12, V4), undefined],
  ['version 2, unix sockets', v2(0x21, 0x31, 'u'.repeat(216)), undefined],
  ['version 2, as large as it may be', v2(0x21, 0x11, V4 + 't'.repeat(4096 - 16 - 12)), '1.2.3.4'],
];

const MALFORMED: readonly (readonly [what: string, bytes: string])[] = [
  ['a request', REST],
  ['a TLS handshake', '\x16\x03\x01\x02\0\x01\0'],
  ['lower case', 'proxy TCP4 1.2.3.4 127.0.0.1 5555 80\r\n'],
  ['a bare LF', `PROXY TCP4 1.2.3.4 127.0.0.1 5555 80\n${REST}`],
  ['a bare LF behind UNKNOWN', `PROXY UNKNOWN\n${REST}`],
  ['a missing port', 'PROXY TCP4 1.2.3.4 127.0.0.1 5555\r\n'],
  ['missing ports', 'PROXY TCP4 1.2.3.4 127.0.0.1\r\n'],
  ['a port too large', 'PROXY TCP4 1.2.3.4 127.0.0.1 65536 80\r\n'],
  ['a negative port', 'PROXY TCP4 1.2.3.4 127.0.0.1 -1 80\r\n'],
  ['two spaces', 'PROXY TCP4  1.2.3.4 127.0.0.1 5555 80\r\n'],
  ['a space behind', 'PROXY TCP4 1.2.3.4 127.0.0.1 5555 80 \r\n'],
  ['an unknown protocol', 'PROXY UDP4 1.2.3.4 127.0.0.1 5555 80\r\n'],
  ['a word behind UNKNOWN', 'PROXY UNKNOWNS\r\n'],
  ['an address in letters', 'PROXY TCP4 host.test 127.0.0.1 5555 80\r\n'],
  ['a line without end', `PROXY UNKNOWN ${'x'.repeat(4096)}`],
  ['a line too long', `PROXY UNKNOWN ${'x'.repeat(4096)}\r\n`],
  ['version 1 in the binary form', v2(0x11, 0x11, V4)],
  ['version 3', v2(0x31, 0x11, V4)],
  ['an unknown command', v2(0x22, 0x11, V4)],
  ['an unknown family', v2(0x21, 0x41, V4)],
  ['an unknown transport', v2(0x21, 0x13, V4)],
  ['too few bytes for IPv4', v2(0x21, 0x11, V4.slice(1))],
  ['too few bytes for IPv6', v2(0x21, 0x21, V6.slice(1))],
  ['version 2, too large', v2(0x21, 0x11, V4 + 't'.repeat(4096 - 16 - 11))],
  ['a broken signature', `\r\n\r\n\0\r\nQUIZ\n${V4}`],
];

describe('readHeader', () => {
  for (const [what, header, source] of WHOLE) {
    it(`reads ${what}, and takes nothing behind it`, () => {
      assert.deepEqual(read(header), { source, length: header.length });
      assert.deepEqual(read(header + REST), { source, length: header.length });
    });

    it(`waits for the rest of ${what}`, () => {
      for (let length = 0; length < header.length; length++)
        assert.equal(read(header.slice(0, length)), 'incomplete', `${length} bytes`);
    });
  }

  for (const [what, bytes] of MALFORMED) {
    it(`refuses ${what}, and waits no longer than it must`, () => {
      assert.equal(read(bytes), 'malformed');
      assert.equal(read(bytes + REST), 'malformed');
    });
  }

  it('takes a header for the same however much of it has come, and whatever it is', () => {
    const random = randomFrom(7);
    const headers = [...WHOLE.map(([, header]) => header), ...MALFORMED.map(([, bytes]) => bytes)];
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(random.pick(headers) + REST, 'latin1');
      for (let flips = random.int(4); flips > 0; flips--)
        bytes[random.int(Math.min(bytes.length, 64))] = random.int(256);
      const whole = readHeader(bytes);
      if (typeof whole !== 'string') assert.ok(whole.length <= bytes.length && whole.length >= 15);
      const part = readHeader(bytes.subarray(0, random.int(bytes.length)));
      if (part !== 'incomplete') assert.deepEqual(part, whole);
    }
  });
});
