import type { GatewayConfig } from '../../config/entities.js';
import { loadConfigFile } from '../../config/load.js';
import { EXIT, plural, reportFailure } from '../failure.js';
import type { Terminal } from '../terminal.js';

/** `gateway check FILE…`: loads every file as `start` would, serves none. Returns the worst file's exit code. */
export async function check(files: readonly string[], terminal: Terminal): Promise<number> {
  let worst: number = EXIT.ok;
  for (const file of files) {
    try {
      terminal.out(`${file}: ok, ${describeConfig(await loadConfigFile(file))}`);
    } catch (error) {
      worst = Math.max(worst, reportFailure(error, terminal));
    }
  }
  return worst;
}

/** What a config amounts to, in a few words. */
export function describeConfig({ services, routes, hash }: GatewayConfig): string {
  return `${plural(services.length, 'service')}, ${plural(routes.length, 'route')}, hash ${hash}`;
}
