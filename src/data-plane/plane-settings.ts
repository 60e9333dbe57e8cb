import type { Settings } from '../settings.js';

/** What of the settings every process that proxies needs: plain JSON, so that workers can be handed it. */
export type PlaneSettings = Pick<Settings, 'proxy' | 'accessLog' | 'upstreamTls' | 'dns'>;

/** Picks them out. */
export function planeSettings({ proxy, accessLog, upstreamTls, dns }: Settings): PlaneSettings {
  return { proxy, accessLog, upstreamTls, dns };
}
