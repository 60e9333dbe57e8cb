import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { behindGateway, type SpawnedStage } from '../helpers/behind-gateway.js';
import { echoingTargets } from '../helpers/idle-clients.js';
import { manyRoutes, samplesOf } from '../helpers/many-routes.js';
import { RawClient } from '../helpers/raw-client.js';

const SERVICES = 5_000;
const SAMPLES = 500;

/** Fails unless routes from all over the config lead to where the config of that name sends them. */
async function checkRoutes(port: number, name: string): Promise<void> {
  const client = await RawClient.connect(port);
  const wrong: string[] = [];
  for (const { text, target } of samplesOf(SERVICES, name, SAMPLES)) {
    client.write(text);
    const given = (await client.answer())?.body;
    if (given !== target) wrong.push(`${given} instead of ${target}`);
  }
  assert.deepEqual(wrong, []);
  client.close();
}

/** Prints what the processes hold. */
async function tellMemory(t: TestContext, when: string, { status }: SpawnedStage): Promise<void> {
  const { memory, workers } = await status();
  const sizes = [...new Set([memory.process.rss, ...workers.map((worker) => worker.memory?.rss ?? 0)])];
  t.diagnostic(`${when}: ${sizes.map((bytes) => `${Math.round(bytes / 2 ** 20)} MiB`).join(', worker ')}`);
}

describe('50,000 routes over 5,000 services', { concurrency: 1 }, () => {
  it('are served by one process', (t) =>
    behindGateway(
      echoingTargets,
      0,
      (port) => manyRoutes(SERVICES, 'old', port),
      async (stage) => {
        await checkRoutes(stage.port, 'old');
        await tellMemory(t, 'at first', stage);
      },
    ));

  it('are served by a worker, and swapped for others', (t) =>
    behindGateway(
      echoingTargets,
      1,
      (port) => manyRoutes(SERVICES, 'old', port),
      async (stage) => {
        await checkRoutes(stage.port, 'old');
        await tellMemory(t, 'at first', stage);
        await stage.swap(manyRoutes(SERVICES, 'new', stage.upstream.port));
        await checkRoutes(stage.port, 'new');
        await tellMemory(t, 'after a swap', stage);
      },
    ));
});
