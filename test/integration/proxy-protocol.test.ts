import assert from 'node:assert/strict';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { ProxyProtocolGate } from '#gateway/proxy/proxy-protocol/gate.js';
import { makeCertificate } from '../helpers/certificate.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { recordingLog } from '../helpers/gateway.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { waitFor } from '../helpers/wait-for.js';

const HEADER = 'PROXY TCP4 192.0.2.7 127.0.0.1 5555 80\r\n';
const REQUEST = 'GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const SETTINGS = {
  realIp: { trustedIps: ['127.0.0.1'], header: 'proxy_protocol', recursive: false },
};
const LISTENERS = [{ host: '127.0.0.1', port: 0, proxyProtocol: true }];

describe('a listener with the PROXY protocol', () => {
  let echo: EchoUpstreams;
  let proxy: RunningProxy;

  before(async () => {
    echo = await EchoUpstreams.start([1]);
    const service = { name: 'echo', host: '127.0.0.1', port: echo.ports.get(1), routes: [{ paths: ['/'] }] };
    proxy = await RunningProxy.start({ services: [service] }, SETTINGS, undefined, {}, LISTENERS);
  });

  after(async () => {
    await proxy.close();
    await echo.close();
  });

  function realIps(): readonly unknown[] {
    return echo.take().map(({ headers }) => headers.find(([name]) => name === 'X-Real-IP')?.[1]);
  }

  it('reads header and request however they are split', async () => {
    for (const at of [1, 12, HEADER.length - 1, HEADER.length, HEADER.length + 1, HEADER.length + 20]) {
      const all = HEADER + REQUEST;
      const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
      const answers = await exchange(proxy.port, [all.slice(0, at), soon, all.slice(at)]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200],
        `split at ${at}`,
      );
    }
    assert.deepEqual(realIps(), Array(6).fill('192.0.2.7'));
    const accessed = proxy.accessed.map((entry) => entry['client_address']);
    assert.deepEqual(accessed, Array(6).fill('192.0.2.7'));
  });

  it('takes a body that comes with the header, and what follows it', async () => {
    const body = 'b'.repeat(300_000);
    const post = `POST /p HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answers = await exchange(proxy.port, [HEADER + post + REQUEST], { methods: ['POST', 'GET'] });
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const seen = echo.take();
    assert.deepEqual(
      seen.map((request) => request.body.length),
      [body.length, 0],
    );
    for (const { headers } of seen)
      assert.ok(headers.some(([name, value]) => name === 'X-Real-IP' && value === '192.0.2.7'));
  });

  it('closes what begins otherwise, without an answer, and warns once', async () => {
    for (const bytes of [REQUEST, 'GE', '\x16\x03\x01', '\r\n\r\n\0\r\nQUIX'])
      assert.deepEqual(await exchange(proxy.port, [bytes]), []);
    await waitFor('the connections to be gone', () => proxy.traffic.active === 0);
    assert.deepEqual(
      proxy.logged.map(({ level }) => level),
      ['warn', 'debug', 'debug', 'debug'],
    );
    assert.match(JSON.stringify(proxy.logged[0]), /"port":\d+.*something else than a PROXY header/);
  });

  it('forgets a client that leaves before it has said who it is', async () => {
    const { active } = proxy.traffic;
    const client = await RawClient.connect(proxy.port);
    client.write('PROXY TCP4 ');
    await waitFor('the connection', () => proxy.traffic.active === active + 1);
    client.end();
    await client.untilEnd();
    await waitFor('its end', () => proxy.traffic.active === active);
    assert.deepEqual(realIps(), []);
  });

  it('keeps nobody waiting at a stop', async () => {
    const stopping = await RunningProxy.start({}, SETTINGS, undefined, {}, LISTENERS);
    const client = await RawClient.connect(stopping.port);
    client.write('PROXY');
    await waitFor('the connection', () => stopping.traffic.active === 1);
    let stopped = false;
    const closing = stopping.close(60_000).then(() => {
      stopped = true;
    });
    await waitFor('the stop', () => stopped);
    await closing;
    await client.untilEnd();
    assert.equal(stopping.traffic.active, 0);
  });
});

describe('ProxyProtocolGate', () => {
  const certificate = makeCertificate({ commonName: 'a.test' });
  const servers: Server[] = [];

  /** A port whose connections go through a gate of their own. */
  async function listen(
    timeout: number,
    admitted: (socket: Socket, source: string | undefined) => void,
    refused: () => void,
  ): Promise<number> {
    const gate = new ProxyProtocolGate(timeout, recordingLog().log);
    const options = { allowHalfOpen: true, pauseOnConnect: true };
    const server = createServer(options, (socket) => {
      gate.receive(socket, { admitted: ({ source }) => admitted(socket, source), refused });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  after(() => {
    for (const server of servers) server.close();
  });

  it('waits no longer than it may', async () => {
    let refusals = 0;
    const port = await listen(
      50,
      () => assert.fail('admitted'),
      () => {
        refusals += 1;
      },
    );
    assert.deepEqual(await exchange(port, ['PROXY TCP4 192.0.2.7 ']), []);
    assert.equal(refusals, 1);
  });

  it('hands what follows on to TLS', async () => {
    const tls = createTlsServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
      socket.on('data', (bytes: Buffer) => socket.end(`${bytes} seen`));
    });
    const sources: (string | undefined)[] = [];
    const port = await listen(
      10_000,
      (socket, source) => {
        sources.push(source);
        tls.emit('connection', socket);
      },
      () => assert.fail('refused'),
    );
    for (const together of [true, false]) {
      const answer = await overTls(port, together);
      assert.equal(answer, 'hello seen');
    }
    assert.deepEqual(sources, ['192.0.2.7', '192.0.2.7']);
  });
});

/** Says hello over TLS behind a PROXY header, in one packet with the handshake or in one before it. */
async function overTls(port: number, together: boolean): Promise<string> {
  const raw = connectTcp(port, '127.0.0.1');
  let header = HEADER;
  if (!together) {
    raw.write(header);
    header = '';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const between = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      raw.write(Buffer.concat([Buffer.from(header), chunk]), done);
      header = '';
    },
  });
  raw.on('data', (bytes: Buffer) => between.push(bytes)).on('end', () => between.push(null));
  const client = connectTls({ socket: between, rejectUnauthorized: false }, () => client.write('hello'));
  let received = '';
  client.on('data', (bytes: Buffer) => {
    received += bytes;
  });
  try {
    await waitFor('an answer over TLS', () => received.endsWith('seen'));
    return received;
  } finally {
    client.destroy();
    raw.destroy();
  }
}
