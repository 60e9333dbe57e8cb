import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { FakeTransport } from '../helpers/fake-transport.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { upstreamsWith } from '../helpers/upstreams.js';
import { waitFor } from '../helpers/wait-for.js';

const GET = 'GET /r HTTP/1.1\r\nHost: client.test\r\n\r\n';

describe('a service with an upstream', () => {
  const transport = new FakeTransport();
  let proxy: RunningProxy;
  afterEach(() => proxy.close());

  async function start(service: object, upstream: object, route: object = {}): Promise<void> {
    transport.take();
    transport.answer = () => ({ status: 200, body: 'ok' });
    const names = upstreamsWith({ 'a.test': [{ address: '10.0.0.1', port: undefined, weight: undefined }] });
    proxy = await RunningProxy.start(
      config(service, upstream, route),
      undefined,
      transport,
      {},
      undefined,
      names,
    );
  }

  function config(service: object, upstream: object, route: object = {}): object {
    return {
      services: [{ name: 's', host: 'u', ...service, routes: [{ name: 'r', paths: ['/r'], ...route }] }],
      upstreams: [{ name: 'u', ...upstream }],
    };
  }

  const ask = () => exchange(proxy.port, [GET], { answers: 1 });

  it('gives a cookie to who has none, and goes by it from then on', async () => {
    const targets = [1, 2, 3, 4].map((last) => ({ target: `10.0.0.${last}:80` }));
    const hashing = { algorithm: 'consistent-hashing', hash_on: 'cookie', hash_on_cookie: 'sid' };
    await start({}, { ...hashing, targets });
    const [answer] = await ask();
    const cookie = answer?.headers.find(([name]) => name === 'Set-Cookie')?.[1] ?? '';
    const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
    assert.match(cookie, new RegExp(`^sid=${uuid}; Path=/; Same-Site=Lax; HttpOnly$`));
    const sent = `GET /r HTTP/1.1\r\nHost: a\r\nCookie: ${cookie.split(';')[0]}\r\n\r\n`;
    for (let count = 0; count < 5; count += 1) {
      const [again] = await exchange(proxy.port, [sent], { answers: 1 });
      assert.equal(
        again?.headers.some(([name]) => name === 'Set-Cookie'),
        false,
      );
    }
    assert.equal(new Set(transport.take().map(({ origin }) => origin.host)).size, 1);
  });

  for (const { what, route, upstream, host, servername } of [
    { what: "the target's name", route: {}, upstream: {}, host: 'a.test:8443', servername: 'a.test' },
    {
      what: 'host_header',
      route: {},
      upstream: { host_header: 'b.test' },
      host: 'b.test:8443',
      servername: 'b.test',
    },
    {
      what: "the client's Host where it is preserved",
      route: { preserve_host: true },
      upstream: { host_header: 'b.test' },
      host: 'client.test',
      servername: 'client.test',
    },
  ]) {
    it(`asks for ${what} over TLS, and sends it as Host`, async () => {
      await start({ protocol: 'https' }, { ...upstream, targets: [{ target: 'a.test:8443' }] }, route);
      await ask();
      const [sent] = transport.take();
      assert.deepEqual([sent?.origin.host, sent?.origin.port], ['10.0.0.1', 8443]);
      assert.equal(sent?.origin.tls?.servername, servername);
      assert.deepEqual(sent?.request.rawHeaders.slice(0, 2), ['Host', host]);
    });
  }

  it('leaves out the port that is usual for its protocol', async () => {
    await start({}, { targets: [{ target: 'a.test:80' }] });
    await ask();
    assert.equal(transport.take()[0]?.request.rawHeaders[1], 'a.test');
  });

  it('writes IPv6 targets in full and in brackets', async () => {
    await start({ protocol: 'https' }, { targets: [{ target: '[::1]:81' }] });
    await ask();
    const [sent] = transport.take();
    assert.equal(sent?.origin.host, '0000:0000:0000:0000:0000:0000:0000:0001');
    assert.equal(sent?.origin.tls?.servername, undefined);
    assert.equal(sent?.request.rawHeaders[1], '[0000:0000:0000:0000:0000:0000:0000:0001]:81');
  });

  it('answers for the failure where a retry finds no target left', async () => {
    const healthchecks = { passive: { unhealthy: { tcp_failures: 1 } } };
    await start({ retries: 5 }, { targets: [{ target: '10.0.0.1:80' }], healthchecks });
    transport.answer = () => ({ failure: 'connect_failed' });
    assert.equal((await ask())[0]?.status, 502);
    assert.equal(transport.take().length, 1);
    assert.equal((await ask())[0]?.status, 503);
    assert.equal(transport.take().length, 0);
    assert.ok(proxy.logged.some(({ message }) => message === 'no target of the upstream is available'));
  });

  it('ends a request on the targets it began with, though they left the config', async () => {
    const targets = [{ target: '10.0.0.1:80' }, { target: '10.0.0.2:80' }];
    await start({ retries: 1 }, { targets });
    let fail: () => void = () => undefined;
    transport.answer = () =>
      new Promise((resolve) => {
        fail = () => resolve({ failure: 'closed' });
      });
    const asked = ask();
    await waitFor('the first attempt', () => transport.count === 1);
    proxy.swap(config({}, { targets: [{ target: '10.0.0.3:80' }] }));
    transport.answer = () => ({ status: 200 });
    fail();
    assert.equal((await asked)[0]?.status, 200);
    const hosts = transport.take().map(({ origin }) => origin.host);
    assert.deepEqual(hosts.sort(), ['10.0.0.1', '10.0.0.2']);
    await ask();
    assert.equal(transport.take()[0]?.origin.host, '10.0.0.3');
  });

  it('counts a request no more whose client has left', async () => {
    const targets = [{ target: '10.0.0.1:80' }, { target: '10.0.0.2:80', weight: 101 }];
    await start({}, { algorithm: 'least-connections', targets });
    transport.answer = () => new Promise(() => undefined);
    for (let count = 0; count < 3; count += 1) {
      const client = await RawClient.connect(proxy.port);
      client.write(GET);
      await waitFor('the request', () => transport.count === 1);
      client.reset();
      await waitFor('its end', () => proxy.traffic.inFlight === 0);
      // With one counted as under way, the other target would have the lesser load.
      assert.equal(transport.take()[0]?.origin.host, '10.0.0.2');
    }
  });
});
