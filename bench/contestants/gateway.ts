import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import type { ContestantKind, Running, Setting } from './contestant.js';
import { launchMeasured, runningScript } from './node-script.js';

const SCRIPT = new URL('../../../bin/gateway.js', import.meta.url);

/** This gateway, started as its users start it. */
export const gateway: ContestantKind = {
  name: 'gateway',
  routes: true,
  absence: () => undefined,
  make: (setting) => ({ name: 'gateway', start: () => startGateway(setting) }),
};

/** Starts it. `node`: flags for Node.js itself. */
export async function startGateway(setting: Setting, node: readonly string[] = []): Promise<Running> {
  const { scenario, upstreamPort, folder, cores } = setting;
  const file = join(folder, 'kong.json');
  await writeFile(file, JSON.stringify(declarativeConfig(scenario.routes, upstreamPort)));
  const listen = ['--proxy-listen', '127.0.0.1:0', '--admin-listen', 'off'];
  const launched = launchMeasured(SCRIPT, ['start', '--config', file, ...listen, '--no-watch'], cores, node);
  const [, port] = await launched.untilWritten(/^proxy +http:\/\/127\.0\.0\.1:(\d+)$[\s\S]*^not watching/m);
  return runningScript(launched, Number(port));
}

/** One service with a route for each of `routes`, as a Kong declarative config. */
export function declarativeConfig(routes: readonly BenchRoute[], upstreamPort: number): object {
  return {
    _format_version: '3.0',
    services: [
      {
        name: 'upstream',
        url: `http://127.0.0.1:${upstreamPort}`,
        routes: routes.map(({ kind, host, path }, index) => ({
          name: `route-${index}`,
          paths: [kind === 'regex' ? `~${path}` : path],
          strip_path: false,
          ...(host === undefined ? {} : { hosts: [host] }),
        })),
      },
    ],
  };
}
