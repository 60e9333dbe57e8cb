import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { CLIENT_TIMEOUTS } from '#gateway/proxy/http1/client-timeouts.js';
import { makeCertificate, type TestCertificate } from '../helpers/certificate.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { shake } from '../helpers/tls-recording.js';
import { waitFor } from '../helpers/wait-for.js';

const REQUEST = 'GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const first = makeCertificate({ commonName: 'first' });
const second = makeCertificate({ commonName: 'second' });
const rsa = makeCertificate({ commonName: 'rsa', rsa: 2048 });

describe('TLS with clients', () => {
  let echo: EchoUpstreams;
  let proxy: RunningProxy;
  let port: number;

  const configWith = (certificate: TestCertificate, more: object = {}) => ({
    services: [
      { name: 's', url: `http://127.0.0.1:${echo.ports.get(1)}`, routes: [{ name: 'r', paths: ['/'] }] },
    ],
    certificates: [{ cert: certificate.cert, key: certificate.key, ...more, snis: [{ name: 'a.test' }] }],
  });
  const requestOver = async (tls: ConnectionOptions) => {
    const [answer] = await exchange(port, [REQUEST], { tls });
    return answer;
  };

  before(async () => {
    echo = await EchoUpstreams.start([1]);
    proxy = await RunningProxy.start(configWith(first));
    port = await proxy.listenTls();
  });
  after(async () => {
    await proxy.close();
    await echo.close();
  });

  it('serves requests, and tells the upstream that they came over https', async () => {
    const answer = await requestOver({ servername: 'a.test' });
    assert.equal(answer?.status, 200);
    const [seen] = echo.take();
    assert.deepEqual(
      seen?.headers.find(([name]) => name === 'X-Forwarded-Proto'),
      ['X-Forwarded-Proto', 'https'],
    );
  });

  it('shows the new certificate after a swap, with no handshake failed meanwhile', async () => {
    const shown = new Set<string>();
    const kept = await RawClient.connect(port, { servername: 'a.test' });
    let stopped = false;
    const client = async () => {
      while (!stopped) {
        const { cert_cn: name, alert } = await shake(port, { servername: 'a.test' });
        shown.add(name ?? alert ?? 'nothing');
      }
    };
    const clients = [client(), client(), client(), client()];
    for (const certificate of [second, first, rsa, second, rsa, first, second]) {
      proxy.swap(configWith(certificate));
      shown.clear();
      await waitFor('the certificate', () => shown.has(certificate.commonName));
    }
    proxy.swap(configWith(first));
    shown.clear();
    await waitFor('the last certificate', () => shown.has('first'));
    stopped = true;
    await Promise.all(clients);
    assert.ok([...shown].every((name) => name === 'first' || name === 'second'));
    assert.equal(proxy.traffic.failedHandshakes, 0);
    // A connection from before serves on.
    kept.write(REQUEST);
    assert.equal((await kept.answer())?.status, 200);
    kept.close();
  });

  it('shows a client the certificate of the type it can use', async () => {
    proxy.swap(configWith(first, { cert_alt: rsa.cert, key_alt: rsa.key }));
    const old = { servername: 'a.test', maxVersion: 'TLSv1.2' } as const;
    const [ecdsa, other] = [
      await shake(port, { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
      await shake(port, { ...old, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
    ];
    assert.deepEqual([ecdsa.cert_cn, other.cert_cn], ['first', 'rsa']);
  });

  it('shows an RSA certificate though the default one is ECDSA', async () => {
    proxy.swap(configWith(rsa));
    assert.equal((await shake(port, { servername: 'a.test' })).cert_cn, 'rsa');
    assert.equal((await shake(port, { servername: 'b.test' })).cert_cn, 'localhost');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`resumes sessions of ${version}, whatever certificate shows by now`, async () => {
      proxy.swap(configWith(first));
      const offer = { host: '127.0.0.1', port, servername: 'a.test', rejectUnauthorized: false } as const;
      const versions = { minVersion: version, maxVersion: version };
      const opened = connect({ ...offer, ...versions });
      opened.write(REQUEST);
      const [session] = await once(opened, 'session');
      opened.destroy();
      proxy.swap(configWith(second));
      const resumed = connect({ ...offer, ...versions, session });
      await once(resumed, 'secureConnect');
      assert.equal(resumed.isSessionReused(), true);
      resumed.destroy();
    });
  }

  it('answers plain HTTP with 400, and closes', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const [answer] = await exchange(port, [`${method} / HTTP/1.1\r\nHost: a.test\r\n\r\n`]);
      assert.equal(answer?.status, 400);
      assert.equal(answer.value('connection'), 'close');
      assert.match(answer.body, /<center>The plain HTTP request was sent to HTTPS port<\/center>/);
    }
    const [malformed] = await exchange(port, ['nonsense\r\n\r\n']);
    assert.equal(malformed?.status, 400);
  });

  it('takes no renegotiation', async () => {
    const socket = connect({ host: '127.0.0.1', port, maxVersion: 'TLSv1.2', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const failed = await new Promise<Error | null>((resolve) => {
      socket.on('error', resolve);
      socket.renegotiate({}, resolve);
    });
    assert.match(String(failed), /no renegotiation/i);
    socket.destroy();
  });

  it('ends what is no handshake, and serves on beside it', async () => {
    const failed = proxy.traffic.failedHandshakes;
    const garbage = [
      Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]),
      Buffer.concat([Buffer.from([22, 3, 1, 0, 5]), Buffer.from('\x01\0\0\x01\xff', 'latin1')]),
    ];
    for (const bytes of garbage) {
      const socket = await opened(port);
      socket.on('data', () => undefined).write(bytes);
      await once(socket, 'close');
    }
    const left = await opened(port);
    left.write(Buffer.from([22, 3, 1, 2, 0, 1, 0]));
    left.end();
    left.resume();
    await once(left, 'close');
    await waitFor('the count', () => proxy.traffic.failedHandshakes === failed + garbage.length + 1);
    assert.equal((await requestOver({}))?.status, 200);
  });

  it('serves on beside a thousand handshakes that stand still, and drops them when it stops', async () => {
    const own = await RunningProxy.start(configWith(first));
    const place = await own.listenTls();
    const stuck: Socket[] = [];
    for (let index = 0; index < 1000; index += 1) {
      const socket = await opened(place);
      // Half of them have begun.
      if (index % 2 === 0) socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc]));
      stuck.push(socket);
    }
    await waitFor('all of them', () => own.traffic.active === 1000);
    const [answer] = await exchange(place, [REQUEST], { tls: { servername: 'a.test' } });
    assert.equal(answer?.status, 200);
    const closed = Promise.all(stuck.map((socket) => once(socket.resume(), 'close')));
    await own.close(60_000);
    await closed;
    assert.equal(own.traffic.active, 0);
  });

  it('begins behind the PROXY protocol where that is expected', async () => {
    const proxied = await proxy.listenTls({}, { proxyProtocol: true });
    const raw = await opened(proxied);
    raw.write('PROXY TCP4 192.0.2.7 192.0.2.8 1000 443\r\n');
    const socket = connect({ socket: raw, servername: 'a.test', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write(REQUEST);
    const [chunk] = await once(socket, 'data');
    assert.match(String(chunk), /^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('ends a handshake that takes too long', async () => {
    const own = await RunningProxy.start(configWith(first), {}, undefined, {
      timeouts: { ...CLIENT_TIMEOUTS, head: 100 },
    });
    const socket = await opened(await own.listenTls());
    await once(socket.resume(), 'close');
    assert.equal(own.traffic.failedHandshakes, 1);
    assert.match(own.logged.map(({ message }) => message).join(), /TLS handshake failed: it took too long/);
    await own.close();
  });

  it('ends a connection whose records are broken', async () => {
    const raw = await opened(port);
    const socket = connect({ socket: raw, rejectUnauthorized: false });
    let alert = '';
    socket.on('error', (error) => {
      alert = error.message;
    });
    await once(socket, 'secureConnect');
    raw.write(Buffer.from('\x17\x03\x03\0\x20this is not what the keys would make', 'latin1'));
    await waitFor('the end', () => socket.destroyed);
    assert.match(alert, /alert bad record mac/);
    assert.equal((await requestOver({}))?.status, 200);
  });

  it('drains: a request under way ends, then the connection does', async () => {
    const own = await RunningProxy.start(configWith(first));
    const place = await own.listenTls();
    const busy = await RawClient.connect(place, { servername: 'a.test' });
    const idle = await RawClient.connect(place, { servername: 'a.test' });
    busy.write('POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nab');
    await waitFor('the request', () => own.traffic.inFlight === 1);
    const ended = own.close(60_000);
    await idle.untilEnd();
    busy.write('cd');
    const answer = await busy.answer('POST');
    assert.equal(answer?.status, 200);
    assert.equal(answer?.value('connection'), 'close');
    await ended;
  });
});

async function opened(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
