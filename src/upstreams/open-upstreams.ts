import type { HealthChange, PassiveReport } from '../balancer/health/health-change.js';
import { Prober } from '../balancer/health/prober.js';
import { openResolver } from '../dns/open-resolver.js';
import type { DnsSettings } from '../dns-settings.js';
import type { Logger } from '../log.js';
import { Upstreams } from './upstreams.js';

/** Takes what a request showed of an address, and whether it counts as good or bad. */
export type ReportTaker = (report: PassiveReport, isGood: boolean) => void;

/** What Upstreams take besides the config. */
export interface UpstreamsOptions {
  readonly dns: DnsSettings;
  /** Where the resolver's own variables may stand. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Takes what requests showed of addresses where another process counts it; nothing is probed here then. */
  readonly tell?: ReportTaker | undefined;
}

/** Upstreams that may have checks at work, and what ends them all. */
export interface OpenUpstreams {
  readonly upstreams: Upstreams;
  close(): Promise<void>;
}

/** Opens the resolver and, where health is counted in this process, the prober. */
export async function openUpstreams(options: UpstreamsOptions): Promise<OpenUpstreams> {
  const { dns, environment, log, tell } = options;
  const resolver = await openResolver({ settings: dns, environment, log });
  if (tell !== undefined) {
    const upstreams: Upstreams = new Upstreams({
      resolver,
      report: (report) => {
        const weight = upstreams.health.weigh(report);
        if (weight !== undefined) tell(report, weight === 'good');
      },
    });
    return { upstreams, close: () => upstreams.close() };
  }
  const upstreams = new Upstreams({ resolver });
  upstreams.health.onChange((change) => logChange(change, log));
  const prober = new Prober({ registry: upstreams.health, log });
  const close = async (): Promise<void> => {
    await prober.close();
    await upstreams.close();
  };
  return { upstreams, close };
}

function logChange(
  { upstream, address, port, hostname, state, reason, detail }: HealthChange,
  log: Logger,
): void {
  const where = `${hostname.includes(':') || hostname === address ? '' : `${hostname} at `}${place(address, port)}`;
  const fields = { upstream, address, port, hostname, state, reason };
  if (state === 'HEALTHY')
    log.info(fields, `${where} of upstream ${upstream} is healthy again (${reason}: ${detail})`);
  else log.warn(fields, `${where} of upstream ${upstream} is unhealthy (${reason}: ${detail})`);
}

function place(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
