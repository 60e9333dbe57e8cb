import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRequestHead } from '#gateway/proxy/http2/request-head.js';

const GET = [':method', 'GET', ':scheme', 'http', ':authority', 'a.test', ':path', '/x?y'];

describe('readRequestHead', () => {
  it('reads a request as the rest of the data plane knows it', () => {
    const head = readRequestHead([...GET, 'x-a', '1'], true);
    assert.equal(head.method, 'GET');
    assert.equal(head.target, '/x?y');
    assert.deepEqual(head.rawHeaders, ['host', 'a.test', 'x-a', '1']);
    assert.deepEqual([head.version, head.malformed, head.upgrade], ['2.0', false, false]);
  });

  const hosts: readonly (readonly [what: string, fields: readonly string[], lines: readonly string[]])[] = [
    ['the authority', [':authority', 'a', 'x', 'y'], ['host', 'a', 'x', 'y']],
    ['the authority, said twice', ['x', 'y', ':authority', 'a', 'host', 'a'], ['host', 'a', 'x', 'y']],
    ['the Host line without an authority', ['x', 'y', 'host', 'a'], ['host', 'a', 'x', 'y']],
    ['both where they differ', [':authority', 'a', 'host', 'b'], ['host', 'a', 'host', 'b']],
    ['nothing where there is nothing', ['x', 'y'], ['x', 'y']],
  ];
  for (const [what, fields, lines] of hosts) {
    it(`takes for the host: ${what}`, () =>
      assert.deepEqual(readRequestHead(fields, true).rawHeaders, lines));
  }

  it('joins the crumbs of a cookie where the first one stands', () => {
    const { rawHeaders } = readRequestHead(['cookie', 'a=1', 'x', 'y', 'cookie', 'b=2'], true);
    assert.deepEqual(rawHeaders, ['cookie', 'a=1; b=2', 'x', 'y']);
  });

  it('tells the body by its length, else by the end of the stream', () => {
    const framing = (fields: readonly string[], bodiless: boolean) =>
      readRequestHead(fields, bodiless).framing;
    assert.deepEqual(framing(GET, true), { kind: 'none' });
    assert.deepEqual(framing(GET, false), { kind: 'stream' });
    assert.deepEqual(framing([...GET, 'content-length', '5'], false), { kind: 'length', length: 5 });
    assert.deepEqual(framing([...GET, 'content-length', '0'], true), { kind: 'length', length: 0 });
  });

  for (const [what, method, path] of [
    ['a method in lower case', 'get', '/'],
    ['8-bit bytes in the target', 'GET', '/\xe9'],
    ['a space in the target', 'GET', '/a b'],
  ] as const) {
    it(`finds ${what} malformed`, () => {
      assert.ok(readRequestHead([':method', method, ':path', path], true).malformed);
    });
  }

  it('measures all of the head', () => {
    assert.equal(readRequestHead([':method', 'GET', 'x', 'y'.repeat(100)], true).longestLine, 111);
  });

  it('has the authority of a CONNECT for its target', () => {
    assert.equal(readRequestHead([':method', 'CONNECT', ':authority', 'a:443'], true).target, 'a:443');
  });
});
