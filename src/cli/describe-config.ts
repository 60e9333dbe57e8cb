import type { GatewayConfig } from '../config/entities.js';
import { plural } from './failure.js';

/** What a config amounts to, in a few words. */
export function describeConfig({ services, routes, hash }: GatewayConfig): string {
  return `${plural(services.length, 'service')}, ${plural(routes.length, 'route')}, hash ${hash}`;
}
