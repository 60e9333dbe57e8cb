import { type ClusterStatus, statusOf } from './cluster.js';
import { spawnGateway } from './command.js';
import { ConfigFile } from './config-file.js';
import { type RawScript, RawUpstream } from './raw-upstream.js';
import { waitFor } from './wait-for.js';

/** How long a reload may take, whatever else the machine does, in milliseconds. */
const LIMIT = 60_000;

/** `gateway start` in front of one upstream. */
export interface SpawnedStage {
  readonly port: number;
  readonly upstream: RawUpstream;
  readonly status: () => Promise<ClusterStatus>;
  /** Saves another config and resolves once it serves. */
  readonly swap: (config: object) => Promise<void>;
}

/** Runs `test` against a gateway of so many workers, started as its users start it. */
export async function behindGateway(
  script: RawScript,
  workers: number,
  config: (upstreamPort: number) => object,
  test: (stage: SpawnedStage) => Promise<void>,
): Promise<void> {
  const upstream = await RawUpstream.start(script);
  const file = await ConfigFile.create(config(upstream.port));
  const flags = ['--workers', String(workers), '--no-watch'];
  const gateway = await spawnGateway(['-c', file.path, ...flags]);
  const status = () => statusOf(gateway);
  const swap = async (next: object): Promise<void> => {
    const { applied } = (await status()).reload.counts;
    await file.write(next);
    gateway.signal('SIGHUP');
    await waitFor('the reload', async () => (await status()).reload.counts.applied > applied, LIMIT);
  };
  try {
    await test({ port: gateway.proxyPort, upstream, status, swap });
  } finally {
    await gateway.stop();
    await upstream.close();
    await file.remove();
  }
}
