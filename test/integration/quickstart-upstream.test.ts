import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startUpstream } from '../../examples/quickstart/upstream.js';

interface Echo {
  readonly args?: object;
  readonly data?: string;
  readonly files?: object;
  readonly form?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly method?: string;
  readonly origin?: string;
  readonly url?: string;
}

describe('the quickstart’s echo', () => {
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let base = '';
  before(async () => {
    upstream = await startUpstream(0);
    base = `http://127.0.0.1:${upstream.port}`;
  });
  after(() => upstream.close());

  async function echo(path: string, init?: RequestInit): Promise<Echo> {
    const response = await fetch(base + path, init);
    assert.equal(response.status, 200);
    return (await response.json()) as Echo;
  }

  it('answers /anything with httpbin’s fields, in their order', async () => {
    const told = await echo('/anything/a%20b?x=1&y=2&x=3', { headers: { 'X-one': 'two' } });
    assert.deepEqual(Object.keys(told), [
      'args',
      'data',
      'files',
      'form',
      'headers',
      'json',
      'method',
      'origin',
      'url',
    ]);
    assert.deepEqual(told.args, { x: ['1', '3'], y: '2' });
    assert.equal(told.url, `${base}/anything/a%20b?x=1&y=2&x=3`);
    assert.equal(told.method, 'GET');
    assert.equal(told.json, null);
    assert.equal(told.origin, '127.0.0.1');
    assert.equal(told.headers?.['X-One'], 'two');
  });

  it('tells JSON, text, forms, files and binary apart', async () => {
    const json = await echo('/post', { method: 'POST', body: '{"a": [1]}' });
    assert.deepEqual(json.json, { a: [1] });
    assert.equal(json.data, '{"a": [1]}');
    assert.equal('method' in json, false);

    const form = await echo('/anything', { method: 'PUT', body: new URLSearchParams('a=1&b=2&a=3') });
    assert.deepEqual(form.form, { a: ['1', '3'], b: '2' });
    assert.equal(form.data, '');

    const multipart = new FormData();
    multipart.set('field', 'value');
    multipart.set('file', new Blob(['content']), 'name.txt');
    const parts = await echo('/anything', { method: 'POST', body: multipart });
    assert.deepEqual(parts.form, { field: 'value' });
    assert.deepEqual(parts.files, { file: 'content' });

    const binary = await echo('/anything', { method: 'POST', body: new Uint8Array([255, 0, 1]) });
    assert.equal(binary.data, 'data:application/octet-stream;base64,/wAB');
  });

  it('tells the client’s address and scheme as a gateway passes them on', async () => {
    const told = await echo('/get', {
      headers: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' },
    });
    assert.equal(told.origin, '192.0.2.1');
    assert.match(told.url ?? '', /^https:/);
    assert.deepEqual(Object.keys(told), ['args', 'headers', 'origin', 'url']);
  });

  it('answers with the status, the lines and the bytes that were asked for', async () => {
    for (const status of [200, 204, 301, 418, 500, 599]) {
      const response = await fetch(`${base}/status/${status}`, { redirect: 'manual' });
      assert.equal(response.status, status);
    }
    const lines = (await (await fetch(`${base}/stream/3`)).text()).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { id: number }).id),
      [0, 1, 2],
    );
    assert.equal((await (await fetch(`${base}/bytes/1000`)).arrayBuffer()).byteLength, 1000);
    assert.deepEqual(Object.keys(await echo('/headers')), ['headers']);
    assert.deepEqual(Object.keys(await echo('/delay/0.01')), [
      'args',
      'data',
      'files',
      'form',
      'headers',
      'origin',
      'url',
    ]);
  });

  it('refuses other paths and other methods', async () => {
    for (const [path, method, status] of [
      ['/nowhere', 'GET', 404],
      ['/get', 'POST', 405],
      ['/post', 'GET', 405],
      ['/status/99', 'GET', 404],
      ['/status/101', 'GET', 400],
    ] as const) {
      assert.equal((await fetch(base + path, { method })).status, status);
    }
  });
});
