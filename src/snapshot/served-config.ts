import type { GatewayConfig } from '../config/entities.js';

/** The config that serves, for those who do not route by it. */
export interface ServedConfig {
  /** Counts the configs that were to serve since the start, from 1. */
  readonly version: number;
  readonly config: GatewayConfig;
  /** When it was loaded, in milliseconds since 1970. */
  readonly builtAt: number;
}
