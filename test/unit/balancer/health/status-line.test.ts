import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusLineReader } from '#gateway/balancer/health/status-line.js';

/** Reads `text` in pieces of `size` bytes until the reader knows. */
function read(text: string, size: number): number | undefined {
  const reader = new StatusLineReader();
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) {
    const status = reader.read(bytes.subarray(at, at + size));
    if (status !== undefined) return status;
  }
  return undefined;
}

describe('a status line', () => {
  for (const [line, status] of [
    ['HTTP/1.1 200 OK\r\n', 200],
    ['HTTP/1.0 503 Service Unavailable\r\nA: b\r\n', 503],
    ['HTTP/1.1 200\r\n', 200],
    ['HTTP/1.1 200 \r\n', 200],
    ['HTTP/1.1 200 OK\n', 200],
    ['HTTP/1.1 200 \xe9t\xe9\r\n', 200],
    ['HTTP/1.1 999 x\r\nrest', 999],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n', 100],
    ['\r\n', 0],
    ['\r\nHTTP/1.1 200 OK\r\n', 0],
    [' HTTP/1.1 200 OK\r\n', 0],
    ['HTTP/1.1 20\r\n', 0],
    ['HTTP/1.1 2000\r\n', 0],
    ['HTTP/1.1 099 x\r\n', 0],
    ['HTTP/1.1 200x\r\n', 0],
    ['HTTP/1.1  200 OK\r\n', 0],
    ['HTTP/1.1 200 O\rK\r\n', 0],
    ['HTTP/11 200 OK\r\n', 0],
    ['HTTP/1.1\r\n', 0],
    ['http/1.1 200 OK\r\n', 0],
    ['ICY 200 OK\r\n', 0],
    ['SSH-2.0-OpenSSH_9.6\r\n', 0],
    ['HTTP/1.1 200 OK', undefined],
    ['', undefined],
  ] as const) {
    it(`${JSON.stringify(line)} is ${status}, in whatever pieces`, () => {
      for (let size = 1; size <= line.length + 1; size += 1) assert.equal(read(line, size), status);
    });
  }

  it('is read to 8 KiB and no further', () => {
    const long = `HTTP/1.1 200 ${'x'.repeat(8_178)}`;
    assert.equal(read(`${long}\r\n`, 1_000), 200);
    assert.equal(read(`${long}x\r\n`, 1_000), 0);
    assert.equal(read('x'.repeat(8_192), 1_000), undefined);
    assert.equal(read('x'.repeat(8_193), 1), 0);
    assert.equal(read('x'.repeat(100_000), 100_000), 0);
  });
});
