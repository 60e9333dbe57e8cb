import type { GatewayConfig } from '../config/entities.js';
import { buildRouter } from '../router/build.js';
import type { Router } from '../router/router.js';

/** Everything one config needs to serve, immutable and built before it is published. */
export interface Snapshot {
  /** Counts the snapshots this process built, from 1. */
  readonly version: number;
  readonly config: GatewayConfig;
  readonly router: Router;
  /** When the snapshot was built, in milliseconds since 1970. */
  readonly builtAt: number;
}

/** Builds what serves from a valid config. It opens no socket and starts no timer: dropping the result undoes it. */
export function buildSnapshot(config: GatewayConfig, version: number, now: number): Snapshot {
  return Object.freeze({ version, config, router: buildRouter(config), builtAt: now });
}
