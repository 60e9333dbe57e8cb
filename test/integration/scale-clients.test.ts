import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behindGateway } from '../helpers/behind-gateway.js';
import { echoingTargets, IdleClients } from '../helpers/idle-clients.js';
import { waitFor } from '../helpers/wait-for.js';

const CLIENTS = 2_000;
const FIRST = 200;
/** What one connection at rest may cost, with what is not collected yet. */
const AT_REST = 32 * 1024;

/** `npm run bench:scale` takes 10,000. */
describe('2,000 clients with open connections', () => {
  it('are answered, rest, and are answered again', (t) =>
    behindGateway(
      echoingTargets,
      2,
      (port) => ({
        services: [
          { name: 's', url: `http://127.0.0.1:${port}`, routes: [{ name: 'r', hosts: ['gw.test'] }] },
        ],
      }),
      async ({ port, status }) => {
        const memory = async () =>
          (await status()).workers.reduce((total, worker) => total + (worker.memory?.rss ?? 0), 0);
        const active = async () => (await status()).server.connections_active;
        // What the first requests make the processes grow by is none of the connections' cost.
        const first = await IdleClients.connect(port, FIRST);
        for (let turns = 0; turns < 5; turns += 1) await first.ask('/first');
        const before = await memory();
        const clients = await IdleClients.connect(port, CLIENTS);
        await clients.ask('/once');
        const each = ((await memory()) - before) / CLIENTS;
        t.diagnostic(`${(each / 1024).toFixed(1)} KiB a connection`);
        assert.ok(each < AT_REST, `${Math.round(each)} bytes a connection`);
        assert.equal(await active(), CLIENTS + FIRST);
        await first.ask('/meanwhile');
        await clients.ask('/again');
        assert.equal(await active(), CLIENTS + FIRST);
        clients.close();
        await waitFor('the connections to be gone', async () => (await active()) === FIRST);
        await first.ask('/after');
        first.close();
        await waitFor('all to be gone', async () => (await active()) === 0);
      },
    ));
});
