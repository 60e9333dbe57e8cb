import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { KeptConnection, statusOf } from '../helpers/cluster.js';
import { type SpawnedGateway, spawnGateway } from '../helpers/command.js';
import { KillableUpstream } from '../helpers/killable-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

/** Seconds between probes, and how many decide. */
const INTERVAL = 0.2;
const FAILURES = 2;
const CLIENTS = 8;
const RELOADS = 10;

for (const workers of ['0', '2']) {
  describe(`three upstream processes behind a gateway with --workers ${workers}`, () => {
    let folder = '';
    let upstreams: readonly KillableUpstream[] = [];
    let gateway: SpawnedGateway;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'killed-'));
    });
    after(() => rm(folder, { recursive: true }));
    beforeEach(async () => {
      upstreams = await Promise.all([0, 1, 2].map(() => KillableUpstream.start()));
    });
    afterEach(async () => {
      await gateway.stop();
      await Promise.all(upstreams.map((upstream) => upstream.kill()));
    });

    /** Serves all upstreams under one name. */
    async function start(healthchecks: object): Promise<void> {
      await save(healthchecks, 'first');
      gateway = await spawnGateway(['-c', join(folder, 'kong.yaml'), '--workers', workers, '--no-watch']);
    }

    async function save(healthchecks: object, tag: string): Promise<void> {
      const targets = upstreams.map(({ port }) => ({ target: `127.0.0.1:${port}` }));
      const routes = [{ name: 'r', paths: ['/'] }];
      const config = {
        _format_version: '3.0',
        services: [{ name: 's', host: 'pool', retries: 5, tags: [tag], routes }],
        upstreams: [{ name: 'pool', healthchecks, targets }],
      };
      await writeFile(join(folder, 'kong.yaml'), JSON.stringify(config));
    }

    /** The health of each target, in the order of the upstreams. */
    async function health(): Promise<readonly string[]> {
      const response = await fetch(`http://127.0.0.1:${gateway.adminPort}/upstreams/pool/health`);
      const { data } = (await response.json()) as { data: readonly { target: string; health: string }[] };
      return upstreams.map(
        ({ port }) => data.find(({ target }) => target.endsWith(`:${port}`))?.health ?? '',
      );
    }

    async function until(states: readonly string[]): Promise<void> {
      let now: readonly string[] = [];
      const asking = async () => {
        while (now.join() !== states.join()) now = await health();
      };
      const asked = asking();
      await waitFor(`the targets to be ${states}`, () => now.join() === states.join());
      await asked;
    }

    it('fails no request while one is killed and brought back, and asks it no more meanwhile', async () => {
      const active = {
        http_path: '/probe',
        healthy: { interval: INTERVAL, successes: 1 },
        unhealthy: {
          interval: INTERVAL,
          tcp_failures: FAILURES,
          http_failures: FAILURES,
          timeouts: FAILURES,
        },
      };
      await start({ active });
      await until(['HEALTHY', 'HEALTHY', 'HEALTHY']);
      const [victim, other] = upstreams;
      assert.ok(victim !== undefined && other !== undefined);
      const load = new Load(gateway.proxyPort);
      await waitFor('requests everywhere', () => load.ports.size === 3);

      const before = await other.probed();
      await victim.kill();
      await until(['UNHEALTHY', 'HEALTHY', 'HEALTHY']);
      const probes = (await other.probed()) - before;
      // Probes of all targets take turns; one may have been under way, and one begun while the health was asked for.
      assert.ok(probes <= FAILURES + 2, `${probes} probes of another target until the dead one was found`);

      for (let reload = 1; reload <= RELOADS; reload += 1) {
        await save({ active }, `reload-${reload}`);
        gateway.signal('SIGHUP');
        await applied(gateway, reload + 1);
        assert.deepEqual(await health(), ['UNHEALTHY', 'HEALTHY', 'HEALTHY']);
      }

      await victim.revive();
      load.ports.clear();
      await until(['HEALTHY', 'HEALTHY', 'HEALTHY']);
      await waitFor('requests at the revived one', () => load.ports.has(String(victim.port)));
      const { count, failed } = await load.stop();
      assert.deepEqual(failed, []);
      assert.ok(count > 100, `${count} requests`);
    });

    it('leaves out for every client whom the requests of one found to fail', async () => {
      await start({ passive: { unhealthy: { http_failures: 3 } } });
      const [failing] = upstreams;
      assert.ok(failing !== undefined);
      await failing.ask('/fail');
      const load = new Load(gateway.proxyPort);
      await until(['UNHEALTHY', 'HEALTHY', 'HEALTHY']);
      await load.stop();
      const later = new Load(gateway.proxyPort);
      await waitFor('more requests', () => later.count > 60);
      const { failed } = await later.stop();
      assert.deepEqual(failed, []);
      assert.equal(later.ports.has(String(failing.port)), false);
    });
  });
}

/** Clients that ask one request after the other. */
class Load {
  /** Where requests ended. */
  readonly ports = new Set<string>();
  count = 0;
  readonly #failed: string[] = [];
  readonly #clients: readonly Promise<void>[];
  #stopped = false;

  constructor(port: number) {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#ask(port));
  }

  async stop(): Promise<{ readonly count: number; readonly failed: readonly string[] }> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    return { count: this.count, failed: this.#failed };
  }

  async #ask(port: number): Promise<void> {
    const connection = new KeptConnection(port);
    while (!this.#stopped) {
      this.count += 1;
      try {
        const { status, body } = await connection.ask('/');
        if (status === 200) this.ports.add(body);
        else this.#failed.push(`${status} ${body}`);
      } catch (error) {
        this.#failed.push(String(error));
      }
    }
    connection.close();
  }
}

/** Resolves once so many configs were applied. */
async function applied(gateway: SpawnedGateway, count: number): Promise<void> {
  let seen = 0;
  const asking = async () => {
    while (seen < count) seen = (await statusOf(gateway)).reload.counts.applied;
  };
  const asked = asking();
  await waitFor(`${count} configs to be applied`, () => seen >= count);
  await asked;
}
