import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { save } from '../reload/save.js';
import type { Contestant, Running, Setting } from './contestant.js';
import { launchMeasured, runningScript } from './script.js';

/** What users start. */
export const GATEWAY_SCRIPT = new URL('../../../bin/gateway.js', import.meta.url);

/** This gateway, started as its users start it. `flags` stand in place of the scenario's number of workers. */
export function gateway(flags: readonly string[] | undefined): Contestant {
  return {
    name: 'gateway',
    abilities: ['routes', 'workers', 'reload', 'upstreams'],
    absence: () => undefined,
    start: (setting) => startGateway(setting, flags ?? ['--workers', String(setting.scenario.workers)]),
  };
}

/** Starts it. `node`: flags for Node.js itself. */
export async function startGateway(
  setting: Setting,
  flags: readonly string[],
  node: readonly string[] = [],
): Promise<Running> {
  const { scenario, upstream, folder, cores } = setting;
  const file = join(folder, 'kong.json');
  const write = (routes: readonly BenchRoute[]) =>
    save(file, JSON.stringify(declarativeConfig(routes, upstream, scenario.balanced)), 'rename');
  await write(scenario.routes);
  const listen = ['--proxy-listen', '127.0.0.1:0', '--admin-listen', 'off', '--status-listen', 'off'];
  const watch = scenario.reloads ? [] : ['--no-watch'];
  const args = ['start', '--config', file, ...listen, ...watch, ...flags];
  const launched = launchMeasured(GATEWAY_SCRIPT, args, { cores, node });
  const ready = /^proxy +(http:\/\/127\.0\.0\.1:\d+)$[\s\S]*^(not )?watching/m;
  const [, origin = ''] = await launched.untilWritten(ready);
  const running = runningScript(launched, origin);
  return scenario.reloads ? { ...running, reload: write } : running;
}

/** One service with a route for each of `routes`, as a Kong declarative config; `balanced`: with two targets. */
export function declarativeConfig(
  routes: readonly BenchRoute[],
  { scheme, port }: Setting['upstream'],
  balanced = false,
): object {
  const targets = ['127.0.0.1', 'localhost'].map((host) => ({ target: `${host}:${port}` }));
  const healthchecks = { passive: { unhealthy: { http_failures: 3, tcp_failures: 3, timeouts: 3 } } };
  return {
    _format_version: '3.0',
    services: [
      {
        name: 'upstream',
        url: `${scheme}://${balanced ? 'pool' : '127.0.0.1'}:${port}`,
        routes: routes.map(({ kind, host, path }, index) => ({
          name: `route-${index}`,
          paths: [kind === 'regex' ? `~${path}` : path],
          strip_path: false,
          ...(host === undefined ? {} : { hosts: [host] }),
        })),
      },
    ],
    ...(balanced ? { upstreams: [{ name: 'pool', targets, healthchecks }] } : {}),
  };
}
