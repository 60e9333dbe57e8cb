import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behindGateway } from '../helpers/behind-gateway.js';
import { ManyWebSockets } from '../helpers/many-websockets.js';
import { waitFor } from '../helpers/wait-for.js';
import { echoingFrames } from '../helpers/websocket-upstream.js';

const SOCKETS = 1_000;

describe('1,000 WebSockets', () => {
  it('echo at once, each its own frames, before and after a reload', () =>
    behindGateway(
      echoingFrames,
      2,
      (port) => ({
        services: [
          { name: 's', url: `http://127.0.0.1:${port}`, routes: [{ name: 'r', hosts: ['gw.test'] }] },
        ],
      }),
      async ({ port, upstream, status, swap }) => {
        const active = async () => (await status()).server.connections_active;
        const sockets = await ManyWebSockets.open(port, SOCKETS);
        await sockets.echo('before', 5);
        await swap({ services: [] });
        await sockets.echo('after', 5);
        assert.equal(await active(), SOCKETS);
        assert.equal(upstream.connections.length, SOCKETS);
        sockets.close();
        await waitFor('all to be gone', async () => (await active()) === 0);
        await waitFor('the upstream to be told', () => upstream.connections.every(({ ended }) => ended));
      },
    ));
});
