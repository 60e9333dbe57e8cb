import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { Exchange, GET, type MakeTransport, Opened, originOf, PATIENT } from './transport-exchange.js';

/** An origin over TLS, of which nothing is verified. */
const SECURE = { servername: 'upstream.test', verification: undefined, identity: undefined };

/** Connections that cannot be made, whatever was to be spoken on them; `at` makes the origin. */
export function connectCases(make: MakeTransport, at: typeof originOf = originOf): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  describe('a connection that cannot be made', () => {
    it('is refused: connect_failed', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
      const address = server.address();
      assert.ok(typeof address === 'object' && address !== null);
      await new Promise((resolve) => server.close(resolve));
      const transport = opened.add(make());
      const error = await Exchange.send(transport, at(address.port), GET).failed();
      assert.deepEqual([error.failure, error.phase, error.stale], ['connect_failed', 'connect', false]);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${address.port}.*ECONNREFUSED`));
    });

    it('has a name without an address: name_resolution', async () => {
      const transport = opened.add(make());
      const origin = { ...at(80), host: 'no-such-host.invalid' };
      const error = await Exchange.send(transport, origin, GET).failed();
      assert.deepEqual([error.failure, error.phase], ['name_resolution', 'connect']);
      assert.match(error.message, /no-such-host\.invalid/);
    });

    it('takes too long: connect_timeout', async () => {
      const transport = opened.add(make());
      // TCP connects, then the handshake is never answered: the time covers both.
      const upstream = opened.add(await RawUpstream.start(() => {}));
      const origin = at(upstream.port, SECURE);
      const error = await Exchange.send(transport, origin, {
        ...GET,
        timeouts: { ...PATIENT, connect: 60 },
      }).failed();
      assert.deepEqual([error.failure, error.phase], ['connect_timeout', 'connect']);
      await waitFor('the connection to end', () => upstream.connections.every(({ ended }) => ended));
    });
  });

  describe('close', () => {
    it('resolves at once when there is no connection, any number of times', async () => {
      const transport = make();
      await Promise.all([transport.close(), transport.close()]);
      await transport.close();
    });

    it('resolves when the last connection could not be made', async () => {
      const transport = make();
      const upstream = opened.add(await RawUpstream.start(() => {}));
      const origin = at(upstream.port, SECURE);
      const exchange = Exchange.send(transport, origin, { ...GET, timeouts: { ...PATIENT, connect: 60 } });
      const closing = transport.close();
      await exchange.failed();
      await closing;
    });
  });
}
