import type { CheckedUpstream, WeightedAddress } from '#gateway/balancer/health/health-hold.js';
import { loadConfigs } from '#gateway/config/load.js';

/** An upstream as the gateway loads it: with Kong's defaults for all that `fields` leave out. */
export function checkedUpstream(healthchecks: object, fields: object = {}): CheckedUpstream {
  const document = {
    _format_version: '3.0',
    upstreams: [{ name: 'u.up', healthchecks, ...fields }],
  };
  const [upstream] = loadConfigs([{ file: 'kong.yaml', text: JSON.stringify(document) }]).config.upstreams;
  if (upstream === undefined) throw new Error('the upstream was not loaded');
  return upstream;
}

/** `127.0.0.1:PORT` as a target. */
export function target(port: number, weight = 100): WeightedAddress {
  return { address: '127.0.0.1', port, hostname: '127.0.0.1', weight };
}
