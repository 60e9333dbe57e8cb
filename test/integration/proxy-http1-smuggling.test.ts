/** Shapes of request smuggling, over raw sockets: no upstream ever reads a request that its client did not plainly send. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy } from '../helpers/behind-proxy.js';
import { RawClient } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const SMUGGLED = 'GET /r/smuggled HTTP/1.1\r\nHost: gw.test\r\n\r\n';
const LENGTH = SMUGGLED.length;
const LAST = '0\r\n\r\n';

interface Shape {
  readonly what: string;
  /** Header lines behind Host, without the last line end. */
  readonly lines: string;
  readonly body: string;
  readonly method?: string;
  readonly version?: string;
}

/** The body of a chunked request that hides another behind its end. */
const CHUNKED = `3\r\nabc\r\n${LAST}`;
const HIDDEN = `${LAST}${SMUGGLED}`;

/** What is refused with a 400 or a 501, and ends the connection. */
const REFUSED: readonly Shape[] = [
  { what: 'CL.TE', lines: `Content-Length: ${HIDDEN.length}\r\nTransfer-Encoding: chunked`, body: HIDDEN },
  { what: 'TE.CL', lines: 'Transfer-Encoding: chunked\r\nContent-Length: 5', body: HIDDEN },
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding\t: chunked',
    'Transfer-Encoding\0: chunked',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding: \x0cchunked',
    'Transfer-Encoding: \rchunked',
    'Transfer-Encoding:\n chunked',
    'Transfer-Encoding:\r\n chunked',
    'Transfer-Encoding: chunked\x00',
    'Transfer-Encoding: chunked\r\r',
    'Transfer-Encoding: chunked\x85',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: chunked,',
    'Transfer-Encoding: ,chunked',
    'Transfer-Encoding: chunked;a=b',
    'Transfer-Encoding: "chunked"',
    "Transfer-Encoding: 'chunked'",
    'Transfer-Encoding: identity',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: cow',
    'Transfer-Encoding:',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow',
    'Transfer-Encoding: cow\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    ' Transfer-Encoding: chunked',
    'X: y\r\n Transfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X\r\nTransfer-Encoding: chunked',
    ': \r\nTransfer-Encoding: chunked',
  ].map((lines) => ({ what: `TE.TE ${JSON.stringify(lines)}`, lines, body: HIDDEN })),
  ...[
    'Content-Length : 5',
    'Content-Length: +5',
    'Content-Length: -5',
    'Content-Length: 5_0',
    'Content-Length: 0x5',
    'Content-Length: 5.0',
    'Content-Length: 5 0',
    'Content-Length: 5,',
    'Content-Length: 5, 5',
    'Content-Length: 5\x0b',
    'Content-Length:\x0c5',
    'Content-Length:',
    'Content-Length: 18446744073709551621',
    'Content-Length: 9007199254740993',
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 0\r\nContent-Length: 50',
    'Content-Length: 0\nContent-Length: 50',
    'Content-Length: 5\r\n ',
    ' Content-Length: 5',
  ].map((lines) => ({ what: `CL.CL ${JSON.stringify(lines)}`, lines, body: `abcde${SMUGGLED}` })),
  ...[
    ['0x3', '0x3\r\nabc\r\n'],
    ['a space behind', '3 \r\nabc\r\n'],
    ['a space in front', ' 3\r\nabc\r\n'],
    ['a tab behind', '3\t\r\nabc\r\n'],
    ['a plus', '+3\r\nabc\r\n'],
    ['a minus', '-3\r\nabc\r\n'],
    ['an underscore', '0_3\r\nabc\r\n'],
    ['LF alone behind', '3\nabc\r\n'],
    ['CR alone behind', '3\rabc\r\n'],
    ['more than 64 bits', `1${'0'.repeat(15)}3\r\nabc\r\n`],
    ['more than 53 bits', '20000000000003\r\nabc\r\n'],
    ['many zeros', `${'0'.repeat(20)}3\r\nabc\r\n`],
    ['nothing', '\r\nabc\r\n'],
    ['letters behind', '3xyz\r\nabc\r\n'],
    ['too few bytes behind', '2\r\nabc\r\n'],
    ['LF behind the chunk', '3\r\nabc\n'],
    ['CR behind the chunk', '3\r\nabc\r'],
    ['any two bytes behind the chunk', '3\r\nabcXX'],
    ['LF in an extension', '3;a\nabc\r\n'],
    ['a blank in front of an extension', '3 ;a\r\nabc\r\n'],
    ['a LF behind the last', '0\n\n'],
    ['a LF behind the trailers', '0\r\nX: y\n\r\n'],
    ['CR in a trailer', '0\r\nX: y\rContent-Length: 5\r\n\r\n'],
    ['a request for a trailer', `0\r\n${SMUGGLED}`],
  ].map(([what = '', body = '']) => ({
    what: `a chunk size with ${what}`,
    lines: 'Transfer-Encoding: chunked',
    body: `${body}${HIDDEN}`,
  })),
  { what: 'a chunked body in HTTP/1.0', lines: 'Transfer-Encoding: chunked', body: HIDDEN, version: '1.0' },
  { what: 'a line without a colon', lines: 'GET /r/smuggled HTTP/1.1', body: '' },
  { what: 'a NUL in a value', lines: 'X: a\0b', body: SMUGGLED },
  { what: 'a bare CR in a value', lines: 'X: a\r\rGET /r/smuggled HTTP/1.1', body: '' },
  { what: 'a bare LF behind the last field', lines: 'X: a\n', body: SMUGGLED },
  {
    what: 'Expect with CL.TE',
    lines: 'Expect: 100-continue\r\nContent-Length: 4\r\nTransfer-Encoding: chunked',
    body: HIDDEN,
  },
];

interface Forwarded extends Shape {
  /** Method, target and body of what the upstream is to read, one request behind the other. */
  readonly seen: readonly (readonly [method: string, target: string, body: string])[];
}

const NEXT = ['GET', '/smuggled', ''] as const;

/** What is plain, though it looks like smuggling: what lies behind the request is a request of its own. */
const FORWARDED: readonly Forwarded[] = [
  {
    what: 'a request in a body',
    lines: `Content-Length: ${LENGTH}`,
    body: SMUGGLED,
    seen: [['POST', '/', SMUGGLED]],
  },
  {
    what: 'a request in a chunk',
    lines: 'Transfer-Encoding: chunked',
    body: `${LENGTH.toString(16)}\r\n${SMUGGLED}\r\n${LAST}`,
    seen: [['POST', '/', SMUGGLED]],
  },
  {
    what: 'a chunked body in a body',
    lines: `Content-Length: ${HIDDEN.length}`,
    body: HIDDEN,
    seen: [['POST', '/', HIDDEN]],
  },
  ...['GET', 'HEAD', 'DELETE', 'OPTIONS', 'FOO'].flatMap((method) => [
    {
      what: `${method} with a body`,
      method,
      lines: `Content-Length: ${LENGTH}`,
      body: SMUGGLED,
      seen: [[method, '/', SMUGGLED] as const],
    },
    {
      what: `${method} with chunks`,
      method,
      lines: 'Transfer-Encoding: chunked',
      body: `${LENGTH.toString(16)}\r\n${SMUGGLED}\r\n${LAST}`,
      seen: [[method, '/', SMUGGLED] as const],
    },
  ]),
  { what: '0.CL', lines: 'Content-Length: 0', body: SMUGGLED, seen: [['POST', '/', ''], NEXT] },
  {
    what: 'a length with zeros',
    lines: 'Content-Length: 003',
    body: `abc${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  { what: 'no framing', lines: 'X: y', body: SMUGGLED, seen: [['POST', '/', ''], NEXT] },
  {
    what: 'a coding in capitals',
    lines: 'TRANSFER-encoding:\tCHUNKED \t',
    body: `${CHUNKED}${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'underscores',
    lines: 'Content_Length: 3\r\nTransfer_Encoding: chunked',
    body: SMUGGLED,
    seen: [['POST', '/', ''], NEXT],
  },
  {
    what: 'Connection: Content-Length',
    lines: `Connection: Content-Length\r\nContent-Length: ${LENGTH}`,
    body: SMUGGLED,
    seen: [['POST', '/', SMUGGLED]],
  },
  {
    what: 'Connection: Transfer-Encoding',
    lines: 'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked',
    body: `${CHUNKED}${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'framing in trailers',
    lines: 'Transfer-Encoding: chunked',
    body: `3\r\nabc\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n\r\n${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'chunk extensions',
    lines: 'Transfer-Encoding: chunked',
    body: `3;a=b;c="0\\"x"\r\nabc\r\n0;x\r\n\r\n${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'Expect and chunks',
    lines: 'Expect: 100-continue\r\nTransfer-Encoding: chunked',
    body: `${CHUNKED}${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'an upgrade with a body',
    lines: `Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3`,
    body: `abc${SMUGGLED}`,
    seen: [['POST', '/', 'abc'], NEXT],
  },
  {
    what: 'an upgrade that is refused',
    lines: 'Connection: Upgrade\r\nUpgrade: websocket',
    body: SMUGGLED,
    seen: [['POST', '/', ''], NEXT],
  },
  {
    what: 'an upgrade to h2c',
    lines: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk',
    body: SMUGGLED,
    seen: [['POST', '/', ''], NEXT],
  },
];

const MARK = '/zzz';

function bytesOf(
  { method = 'POST', version = '1.1', lines, body }: Shape,
  path: string,
): readonly [string, string] {
  return [`${method} ${path} HTTP/${version}\r\nHost: gw.test\r\n${lines}\r\n\r\n`, body];
}

/** Sends the parts in one packet, or the second when the first has been looked at. */
async function send(
  client: RawClient,
  port: number,
  [head, body]: readonly [string, string],
  apart: boolean,
): Promise<void> {
  if (!apart) {
    client.write(head + body);
    return;
  }
  client.write(head);
  const other = await RawClient.connect(port);
  other.write(`GET ${MARK} HTTP/1.1\r\nHost: gw.test\r\n\r\n`);
  await other.answer();
  other.close();
  client.write(body);
}

for (const path of ['/r', '/n', '/zzz']) {
  for (const apart of [false, true]) {
    const how = `to ${path}, ${apart ? 'the body behind a pause' : 'in one packet'}`;

    describe(`refused ${how}`, () => {
      for (const shape of REFUSED) {
        it(shape.what, () =>
          behindProxy(answering(answer('ok')), async ({ port, proxy, upstream }) => {
            const client = await RawClient.connect(port);
            await send(client, port, bytesOf(shape, path), apart);
            const given = await client.answers(2);
            assert.equal(given.length, 1, 'there is a second answer');
            // The answer to no route needs no body: what is wrong with that shows behind it.
            const statuses = path === '/zzz' ? [400, 404] : [400, 501];
            assert.ok(statuses.includes(given[0]?.status ?? 0), `answered ${given[0]?.status}`);
            if (given[0]?.status !== 404) assert.equal(given[0]?.value('connection'), 'close');
            client.close();
            await waitFor('the end', () => proxy.traffic.active === 0 && proxy.traffic.inFlight === 0);
            assert.deepEqual(upstream.requests, []);
            for (const { received } of upstream.connections)
              assert.ok(!received.includes('smuggled'), received);
          }),
        );
      }
    });

    describe(`forwarded ${how}`, () => {
      for (const shape of FORWARDED) {
        it(shape.what, () =>
          behindProxy(answering(answer('ok')), async ({ port, upstream }) => {
            const client = await RawClient.connect(port);
            await send(client, port, bytesOf(shape, path), apart);
            const given = await client.answers(shape.seen.length, [shape.method ?? 'POST']);
            const routed = shape.seen.filter(([, target]) => path !== '/zzz' || target === '/smuggled');
            assert.deepEqual(
              given.map(({ status, complete }) => [status, complete]),
              shape.seen.map((request) => [routed.includes(request) ? 200 : 404, true]),
            );
            client.close();
            assert.deepEqual(
              upstream.requests.map(({ method, target, body }) => [method, target, body]),
              routed,
            );
            for (const { head, trailers } of upstream.requests) {
              assert.ok(
                (head.match(/^(content-length: \d+|transfer-encoding: chunked)\r$/gim)?.length ?? 0) <= 1,
                head,
              );
              assert.doesNotMatch(head.replaceAll('\r\n', ''), /[\r\n]/);
              assert.equal(head.match(/^host:/gim)?.length, 1);
              assert.equal(trailers, '');
            }
          }),
        );
      }
    });
  }
}
