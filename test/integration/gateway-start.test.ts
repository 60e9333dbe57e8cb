import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { ListenError } from '#gateway/errors.js';
import { startGateway } from '../helpers/gateway.js';
import { waitFor } from '../helpers/wait-for.js';

const EMPTY = '_format_version: "3.0"\n';

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('a start', () => {
  let taken: Server;
  let port = 0;
  beforeEach(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = (taken.address() as AddressInfo).port;
  });
  afterEach(() => taken.close());

  it('opens every listener it was told to', async () => {
    const running = await startGateway(EMPTY, { proxyListen: '127.0.0.1:0, 127.0.0.1:0' });
    assert.ok(await accepts(running.proxyPort));
    assert.ok(await accepts(running.adminPort));
    await running.close();
    assert.equal(await accepts(running.proxyPort), false);
    assert.equal(await accepts(running.adminPort), false);
  });

  it('opens none that is off', async () => {
    const running = await startGateway(EMPTY, { proxyListen: 'off', adminListen: 'off' });
    assert.equal(running.proxyPort, 0);
    assert.equal(running.adminPort, 0);
    await running.close();
  });

  it('fails on an invalid config with all its issues', async () => {
    await assert.rejects(
      startGateway('_format_version: "3.0"\nservice: []\nroute: []\n'),
      (error) => error instanceof ConfigError && error.issues.length === 2,
    );
  });

  it('fails on a taken port, and closes what was open by then', async () => {
    // Two free ports in a row cannot be had for sure: one is borrowed and given back.
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port: first } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    await assert.rejects(
      startGateway(EMPTY, { proxyListen: `127.0.0.1:${first}, 127.0.0.1:${port}` }),
      (error) => error instanceof ListenError && error.message.includes(`127.0.0.1:${port}`),
    );
    assert.equal(await accepts(first), false);
    await assert.rejects(startGateway(EMPTY, { watch: true, adminListen: `127.0.0.1:${port}` }), ListenError);
  });

  it('may be closed twice, and logs what has no effect', async () => {
    const running = await startGateway(EMPTY, { proxyListen: '127.0.0.1:0 reuseport' });
    await Promise.all([running.close(), running.gateway.close()]);
    await running.gateway.close();
    assert.deepEqual(
      running.logged.filter(({ level }) => level === 'warn').map(({ message }) => message),
      ['--proxy-listen: "reuseport" tunes nginx and has no effect here'],
    );
  });
});

describe('a close', () => {
  for (const [name, drainTimeout, ends] of [
    ['lets a request that is under way end', '30', true],
    ['cuts a request that takes longer than the drain timeout', '0.1', false],
  ] as const) {
    it(name, async () => {
      let release = () => {};
      const upstream = createServer((_request, response) => {
        release = () => void response.end('at last');
      }).listen(0, '127.0.0.1');
      await once(upstream, 'listening');
      const { port } = upstream.address() as AddressInfo;
      const service = {
        name: 'slow',
        url: `http://127.0.0.1:${port}`,
        routes: [{ name: 'all', paths: ['/'] }],
      };
      const running = await startGateway({ _format_version: '3.0', services: [service] }, { drainTimeout });
      const asked = once(upstream, 'request');
      const answer = fetch(`http://127.0.0.1:${running.proxyPort}/`).then((response) => response.text());
      answer.catch(() => undefined);
      await asked;
      const closing = running.close();
      await waitFor('the listener to close', async () => !(await accepts(running.proxyPort)));
      if (ends) {
        release();
        assert.equal(await answer, 'at last');
      } else {
        await assert.rejects(answer);
      }
      await closing;
      upstream.closeAllConnections();
      upstream.close();
    });
  }
});
