import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { freePort, untilListening } from '../process/free-port.js';
import { launchProgram } from '../process/launch.js';
import { onPath } from '../process/on-path.js';
import { canReadUsage } from '../process/usage.js';
import type { ContestantKind, Running, Setting } from './contestant.js';

/** Caddy as a plain proxy, where it is installed. On one core, as Go has no workers to count. */
export const caddy: ContestantKind = {
  name: 'caddy',
  routes: true,
  absence: () => {
    if (onPath('caddy') === undefined) return 'it is not installed';
    return canReadUsage ? undefined : 'its CPU time cannot be read here';
  },
  make: (setting) => ({ name: 'caddy', start: () => start(setting) }),
};

async function start(setting: Setting): Promise<Running> {
  const { folder, cores } = setting;
  const port = await freePort();
  const file = join(folder, 'caddy.json');
  await writeFile(file, JSON.stringify(configOf(setting, port)));
  const program = onPath('caddy') ?? 'caddy';
  const launched = launchProgram(program, ['run', '--config', file], { cores });
  await untilListening(port, launched);
  return { port, pid: launched.pid, stop: launched.stop };
}

function configOf({ scenario, upstreamPort }: Setting, port: number): object {
  const handler = {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `127.0.0.1:${upstreamPort}` }],
    transport: { protocol: 'http', keep_alive: { max_idle_conns_per_host: 512 } },
  };
  const routes = scenario.routes.map((route) => ({
    match: [matcherOf(route)],
    handle: [handler],
    terminal: true,
  }));
  const server = {
    listen: [`127.0.0.1:${port}`],
    automatic_https: { disable: true },
    routes: [...routes, { handle: [{ handler: 'static_response', status_code: 404 }] }],
  };
  return {
    admin: { disabled: true, config: { persist: false } },
    logging: { logs: { default: { level: 'ERROR' } } },
    apps: { http: { servers: { bench: server } } },
  };
}

function matcherOf({ kind, host, path }: BenchRoute): object {
  const hosts = host === undefined ? {} : { host: [host] };
  return kind === 'regex'
    ? { ...hosts, path_regexp: { pattern: `^${path}` } }
    : { ...hosts, path: [`${path}*`] };
}
