import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { KeptConnection, statusOf } from '../helpers/cluster.js';
import { runGateway, type SpawnedGateway, spawnGateway } from '../helpers/command.js';
import { waitFor } from '../helpers/wait-for.js';

/** Whether a process is there. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a gateway of two workers', () => {
  let folder = '';
  let gateway: SpawnedGateway;
  let connections: KeptConnection[] = [];
  /** Answers to /slow that wait for `release`. */
  let held: ServerResponse[] = [];
  const upstream = createServer((request, response) => {
    if (request.url === '/slow') held.push(response);
    else response.end('done');
  });
  before(async () => {
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  });
  after(() => upstream.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-'));
    await save('one');
    gateway = await spawnGateway(['-c', join(folder, 'kong.yaml'), '--workers', '2', '--no-watch']);
  });
  afterEach(async () => {
    for (const response of held) response.destroy();
    for (const connection of connections) connection.close();
    [held, connections] = [[], []];
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  /** One route at /NAME besides /fixed. */
  async function save(name: string): Promise<void> {
    const { port } = upstream.address() as AddressInfo;
    const routes = [
      { name: 'named', paths: [`/${name}`] },
      { name: 'fixed', paths: ['/fixed'] },
    ];
    const service = { name: 's', url: `http://127.0.0.1:${port}`, routes };
    await writeFile(
      join(folder, 'kong.yaml'),
      JSON.stringify({ _format_version: '3.0', services: [service] }),
    );
  }

  async function applied(): Promise<number> {
    return (await statusOf(gateway)).reload.counts.applied;
  }

  /** Saves, reloads, and waits until the gateway says that the config serves. */
  async function reload(name: string): Promise<void> {
    const before = await applied();
    await save(name);
    gateway.signal('SIGHUP');
    await waitFor(`the config "${name}"`, async () => (await applied()) > before);
  }

  /** Connections enough that each worker has some, and the process each of them is at. */
  async function connectToBoth(): Promise<readonly number[]> {
    await waitFor('connections at both workers', async () => {
      const connection = new KeptConnection(gateway.proxyPort);
      connections.push(connection);
      await connection.ask('/fixed');
      const { workers } = await statusOf(gateway);
      return workers.every(({ connections_active }) => (connections_active ?? 0) > 0);
    });
    return (await statusOf(gateway)).workers.map(({ pid }) => pid);
  }

  it('shows all its processes, and sums them up', async () => {
    const pids = await connectToBoth();
    const { workers, server, configuration_hash } = await statusOf(gateway);
    assert.deepEqual(
      workers.map(({ id, state }) => [id, state]),
      [
        [1, 'serving'],
        [2, 'serving'],
      ],
    );
    for (const worker of workers) assert.equal(worker.configuration_hash, configuration_hash);
    assert.equal(server.total_requests, connections.length);
    assert.ok(!pids.includes(gateway.pid));
    const root = (await (await fetch(`http://127.0.0.1:${gateway.adminPort}/`)).json()) as {
      readonly pids: object;
    };
    assert.deepEqual(root.pids, { master: gateway.pid, workers: pids });
  });

  it('swaps in every worker before it says so, on connections that stay', async () => {
    await connectToBoth();
    await reload('two');
    await waitFor('the new hash', async () => {
      const { workers, configuration_hash } = await statusOf(gateway);
      return workers.every((worker) => worker.configuration_hash === configuration_hash);
    });
    for (const connection of connections) {
      assert.deepEqual(await connection.ask('/two'), { status: 200, body: 'done' });
      assert.equal((await connection.ask('/one')).status, 404);
    }
  });

  it('replaces a worker that was killed, and leaves the requests of the other alone', async () => {
    const [first = 0] = await connectToBoth();
    const answers = connections.map((connection) => connection.ask('/fixed/slow'));
    const settled = Promise.allSettled(answers);
    await waitFor('all requests', () => held.length === connections.length);
    const { workers } = await statusOf(gateway);
    const surviving = workers.find(({ pid }) => pid !== first)?.connections_active;
    process.kill(first, 'SIGKILL');
    await waitFor('the replacement', async () => {
      const now = (await statusOf(gateway)).workers;
      return now.length === 2 && now.every(({ pid, state }) => pid !== first && state === 'serving');
    });
    for (const response of held) response.end('done');
    const whole = (await settled).filter(({ status }) => status === 'fulfilled').length;
    assert.equal(whole, surviving);
    assert.match(
      gateway.stderr(),
      new RegExp(
        `"worker_pid":${first},.*"msg":"worker \\d \\(pid ${first}\\) ended by SIGKILL; it is replaced"`,
      ),
    );
    await reload('two');
    const fresh = new KeptConnection(gateway.proxyPort);
    connections.push(fresh);
    assert.equal((await fresh.ask('/two')).status, 200);
  });

  it('replaces a worker that was told to end, once its requests have', async () => {
    const [first = 0] = await connectToBoth();
    const answers = connections.map((connection) => connection.ask('/fixed/slow'));
    await waitFor('all requests', () => held.length === connections.length);
    process.kill(first, 'SIGTERM');
    await waitFor('the replacement', async () => {
      const states = (await statusOf(gateway)).workers.map(({ state }) => state).sort();
      return states.join() === 'draining,serving,serving';
    });
    for (const response of held) response.end('done');
    for (const answer of await Promise.all(answers)) assert.equal(answer.body, 'done');
    await waitFor('the end', () => !lives(first));
    assert.equal((await statusOf(gateway)).workers.length, 2);
  });

  it('answers for its status when a worker is stuck, and says which', async () => {
    const [stuck = 0] = (await statusOf(gateway)).workers.map(({ pid }) => pid);
    process.kill(stuck, 'SIGSTOP');
    try {
      const { workers } = await statusOf(gateway);
      assert.deepEqual(
        workers.map(({ state }) => state),
        ['not answering', 'serving'],
      );
    } finally {
      process.kill(stuck, 'SIGCONT');
    }
  });

  it('swaps in the other worker when one is killed on the way, and in its replacement', async () => {
    const [killed = 0] = (await statusOf(gateway)).workers.map(({ pid }) => pid);
    // A stopped process takes no config: the swap waits for it.
    process.kill(killed, 'SIGSTOP');
    await save('two');
    gateway.signal('SIGHUP');
    assert.equal(await applied(), 1);
    process.kill(killed, 'SIGKILL');
    await waitFor('the swap', async () => (await applied()) === 2);
    await waitFor('the replacement', async () => {
      const { workers, configuration_hash } = await statusOf(gateway);
      const hashes = workers.map((worker) => worker.configuration_hash);
      return hashes.join() === `${configuration_hash},${configuration_hash}`;
    });
    await waitFor('the new route', async () => {
      const connection = new KeptConnection(gateway.proxyPort);
      connections.push(connection);
      return (await connection.ask('/two')).status === 200;
    });
  });

  it('lets the requests of all workers end at SIGTERM, and leaves no process', async () => {
    const pids = await connectToBoth();
    const answers = connections.map((connection) => connection.ask('/fixed/slow'));
    await waitFor('all requests', () => held.length === connections.length);
    gateway.signal('SIGTERM');
    await waitFor('the drain', () => gateway.stdout().includes('draining'));
    for (const response of held) response.end('done');
    for (const answer of await Promise.all(answers)) assert.equal(answer.body, 'done');
    assert.equal((await gateway.ended).code, 0);
    assert.deepEqual(pids.map(lives), [false, false]);
  });

  it('ends with its primary, once the requests have', async () => {
    const pids = await connectToBoth();
    const answers = connections.map((connection) => connection.ask('/fixed/slow'));
    await waitFor('all requests', () => held.length === connections.length);
    process.kill(gateway.pid, 'SIGKILL');
    await waitFor('the end of the primary', () => !lives(gateway.pid));
    assert.deepEqual(pids.map(lives), [true, true]);
    for (const response of held) response.end('done');
    for (const answer of await Promise.all(answers)) assert.equal(answer.body, 'done');
    await waitFor('the end of the workers', () => pids.every((pid) => !lives(pid)));
  });

  it('spreads a burst of connections over its workers', async () => {
    // How even one burst is, is a matter of luck too: a good one among a few is asked for.
    await waitFor('a burst that both workers took a good part of', async () => {
      for (const connection of connections) connection.close();
      connections = Array.from({ length: 64 }, () => new KeptConnection(gateway.proxyPort));
      await Promise.all(connections.map((connection) => connection.ask('/fixed')));
      const { workers } = await statusOf(gateway);
      return workers.every(({ connections_active = 0 }) => connections_active >= 16);
    });
  });

  it('tells once that a port is taken, and exits 1', async () => {
    const { code, stderr } = await runGateway([
      ...['start', '-c', join(folder, 'kong.yaml'), '--workers', '2', '--admin-listen', 'off'],
      ...['--proxy-listen', `127.0.0.1:${gateway.proxyPort}`],
    ]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`^error: proxy cannot listen on 127\\.0\\.0\\.1:${gateway.proxyPort}.*taken.*\\n$`),
    );
  });
});

describe('a gateway without workers', () => {
  it('proxies in its own process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-'));
    const file = join(folder, 'kong.yaml');
    await writeFile(file, '_format_version: "3.0"\nroutes: [{ name: r, paths: [/r] }]\n');
    const gateway = await spawnGateway(['-c', file, '--workers', '0']);
    try {
      assert.equal((await fetch(`http://127.0.0.1:${gateway.proxyPort}/r`)).status, 503);
      const { workers } = await statusOf(gateway);
      assert.deepEqual(
        workers.map(({ id, pid, state }) => ({ id, pid, state })),
        [{ id: 0, pid: gateway.pid, state: 'serving' }],
      );
    } finally {
      await gateway.stop();
      await rm(folder, { recursive: true });
    }
  });
});
