import type { Running } from '../contestants/contestant.js';
import type { LoadGenerator, LoadPlan } from '../load/load.js';
import { readUsage, type Usage } from '../process/usage.js';
import type { Upstream } from '../upstream/upstream.js';
import { startReloads } from './reloads.js';
import type { Scenario } from './scenario.js';

/** What one contestant did in one round. Times are in milliseconds. */
export interface Round {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssBytes: number;
  readonly errors: number;
  /** Connections it opened to the upstream meanwhile. */
  readonly upstreamConnections: number;
  /** From telling it of a new config to its being served, one figure a reload. */
  readonly reloads: readonly number[];
}

/** Puts the load of a scenario on a contestant and measures what it cost. */
export async function runRound(
  running: Running,
  upstream: Upstream,
  load: LoadGenerator,
  scenario: Scenario,
  plan: Pick<LoadPlan, 'connections' | 'seconds'>,
): Promise<Round> {
  const { origin } = running;
  const { requests } = scenario;
  const connections = await upstream.connections();
  const before = await usageOf(running);
  const reloading = scenario.reloads ? startReloads(running, scenario) : undefined;
  const result = await load.run({ ...plan, origin, requests });
  const after = await usageOf(running);
  const reloads = (await reloading?.stop()) ?? [];
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  if (!(result.requests > 0 && cpuSeconds > 0)) {
    throw new Error(
      `no figure: ${result.requests} requests, ${result.errors} errors, ${cpuSeconds} CPU-seconds`,
    );
  }
  return {
    perSecond: result.requests / result.seconds,
    perCpuSecond: result.requests / cpuSeconds,
    p50: result.p50,
    p99: result.p99,
    rssBytes: after.rssBytes,
    errors: result.errors,
    upstreamConnections: (await upstream.connections()) - connections,
    reloads,
  };
}

async function usageOf(running: Running): Promise<Usage> {
  return running.usage === undefined ? readUsage(running.pid) : running.usage();
}
