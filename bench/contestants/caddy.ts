import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { freePort } from '../process/free-port.js';
import type { Contestant, Running, Setting } from './contestant.js';
import { absenceOf, startProgram } from './program.js';

/** Caddy as a plain proxy, where it is installed. Go has no workers to count: it uses the cores it is given. */
export const caddy: Contestant = {
  name: 'caddy',
  abilities: ['routes', 'workers', 'reload'],
  absence: () => absenceOf('caddy'),
  start,
};

async function start(setting: Setting): Promise<Running> {
  const { scenario, folder } = setting;
  const port = await freePort();
  const admin = scenario.reloads ? `127.0.0.1:${await freePort()}` : undefined;
  const configWith = (routes: readonly BenchRoute[]) =>
    JSON.stringify(configOf(routes, setting, port, admin));
  const file = join(folder, 'caddy.json');
  await writeFile(file, configWith(scenario.routes));
  const running = await startProgram('caddy', ['run', '--config', file], port, setting);
  if (admin === undefined) return running;
  return { ...running, reload: (routes) => load(admin, configWith(routes)) };
}

/** Its answer comes when the new config serves. */
async function load(admin: string, config: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`http://${admin}/load`, { method: 'POST', headers, body: config });
  if (!answer.ok) throw new Error(`Caddy refuses its config: ${await answer.text()}`);
}

function configOf(
  routes: readonly BenchRoute[],
  { upstream }: Setting,
  port: number,
  admin: string | undefined,
): object {
  const handler = {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `127.0.0.1:${upstream.port}` }],
    transport: {
      protocol: 'http',
      keep_alive: { max_idle_conns_per_host: 512 },
      ...(upstream.scheme === 'https' ? { tls: { insecure_skip_verify: true } } : {}),
    },
  };
  // A handler for each route would mean a pool of connections for each.
  const server = {
    listen: [`127.0.0.1:${port}`],
    automatic_https: { disable: true },
    routes: [
      { match: routes.map(matcherOf), handle: [handler], terminal: true },
      { handle: [{ handler: 'static_response', status_code: 404 }] },
    ],
  };
  return {
    admin: { ...(admin === undefined ? { disabled: true } : { listen: admin }), config: { persist: false } },
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
