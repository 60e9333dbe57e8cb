import { createHash } from 'node:crypto';
import type { GatewayConfig } from './entities.js';
import { isMapping } from './finding.js';

/**
 * The hash of what a config says, as 32 lower-case hex digits: the same after a restart, for YAML and JSON, for any
 * order of keys, any formatting and comments, and whatever the times of creation and update are.
 */
export function hashConfig(config: Pick<GatewayConfig, 'services' | 'routes'>): string {
  const hash = createHash('sha256');
  for (const entity of [...config.services, ...config.routes]) hash.update(canonical(entity)).update('\n');
  return hash.digest('hex').slice(0, 32);
}

const TIMES: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/** JSON with sorted keys, without the times of creation and update. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMapping(value)) return JSON.stringify(value ?? null);
  let text = '{';
  for (const key of Object.keys(value).sort()) {
    if (!TIMES.has(key)) text += `${JSON.stringify(key)}:${canonical(value[key])},`;
  }
  return `${text}}`;
}
