import type { AccessLog } from '../access-log/access-log.js';
import { openAccessLog } from '../access-log/open.js';
import type { Logger } from '../log.js';
import { readUpstreamDefaults, type UpstreamDefaults } from '../tls/upstream-defaults.js';
import type { PlaneSettings } from './plane-settings.js';

/** The files that settings name, opened and read. */
export interface PlaneFiles {
  readonly accessLog: AccessLog | undefined;
  readonly upstreamDefaults: UpstreamDefaults;
}

/** Rejects with SettingsError where a file cannot be used. */
export async function openPlaneFiles(settings: PlaneSettings, log: Logger): Promise<PlaneFiles> {
  const upstreamDefaults = await readUpstreamDefaults(settings.upstreamTls);
  const { accessLog } = settings;
  return {
    upstreamDefaults,
    accessLog: accessLog === undefined ? undefined : openAccessLog(accessLog, log),
  };
}
