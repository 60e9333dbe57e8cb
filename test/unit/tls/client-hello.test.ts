import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { MAX_HELLO, readOpening } from '#gateway/tls/client-hello.js';

/** What Node's own client sends first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  let socket: Duplex | undefined;
  const hello = new Promise<Buffer>((resolve) => {
    socket = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk);
        done();
      },
    });
  });
  const client = connect({ ...options, ...(socket === undefined ? {} : { socket }) });
  client.on('error', () => undefined);
  const bytes = await hello;
  client.destroy();
  await once(client, 'close');
  return bytes;
}

/** The same message in records of `size` bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 5; at < hello.length; at += size) {
    const fragment = hello.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, fragment.length >> 8, fragment.length & 0xff]), fragment);
  }
  return Buffer.concat(records);
}

describe('the first bytes of a connection', () => {
  it('tell the name that the client asks for, in lower case', async () => {
    const hello = await helloOf({ servername: 'A.Example.test', ALPNProtocols: ['h2', 'http/1.1'] });
    assert.deepEqual(readOpening(hello), { kind: 'tls', serverName: 'a.example.test' });
    const old = await helloOf({ servername: 'b.test', maxVersion: 'TLSv1.2' });
    assert.deepEqual(readOpening(old), { kind: 'tls', serverName: 'b.test' });
  });

  it('tell that it asks for none', async () => {
    assert.deepEqual(readOpening(await helloOf({})), { kind: 'tls', serverName: undefined });
  });

  it('are awaited until the hello is whole, wherever it is cut', async () => {
    const hello = await helloOf({ servername: 'a.test' });
    for (let length = 0; length < hello.length; length += 1) {
      assert.equal(readOpening(hello.subarray(0, length)).kind, 'incomplete', `${length} bytes`);
    }
    assert.equal(readOpening(Buffer.concat([hello, Buffer.from('more')])).kind, 'tls');
  });

  it('may come in many records', async () => {
    const hello = await helloOf({ servername: 'a.test' });
    for (const size of [1, 2, 3, 4, 5, 50, 100]) {
      const records = inRecords(hello, size);
      assert.deepEqual(readOpening(records), { kind: 'tls', serverName: 'a.test' }, `${size} bytes each`);
      assert.equal(readOpening(records.subarray(0, -1)).kind, 'incomplete');
    }
  });

  it('are no TLS where they do not begin as a handshake does', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'PROXY TCP4', '\0', '\x80\x2e\x01']) {
      assert.equal(readOpening(Buffer.from(text, 'latin1')).kind, 'plain');
    }
  });

  it('go on to OpenSSL without a name where they make no sense', async () => {
    const hello = await helloOf({ servername: 'a.test' });
    const unnamed = { kind: 'tls', serverName: undefined };
    assert.deepEqual(readOpening(Buffer.from([22, 3, 1, 0, 0, 0, 0])), unnamed, 'an empty record');
    assert.deepEqual(readOpening(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), unnamed, 'a ServerHello');
    assert.deepEqual(readOpening(Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0])), unnamed, 'an empty hello');
    const endless = Buffer.alloc(MAX_HELLO, 0xff);
    endless.set([22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff]);
    assert.deepEqual(readOpening(endless), unnamed, 'a hello without end');
    assert.equal(readOpening(endless.subarray(1)).kind, 'plain');
    // Whatever a byte is changed to, there is an opinion and no exception.
    for (let at = 0; at < hello.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = Buffer.from(hello);
        broken[at] = value;
        assert.match(readOpening(broken).kind, /^(tls|plain|incomplete)$/);
      }
    }
  });
});
