import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { freePort } from '../process/free-port.js';
import type { Contestant, Running, Setting } from './contestant.js';
import { absenceOf, startProgram } from './program.js';

/** HAProxy as a plain proxy, where it is installed: a thread for each worker, routes in maps. */
export const haproxy: Contestant = {
  name: 'haproxy',
  abilities: ['routes', 'workers', 'reload'],
  absence: () => absenceOf('haproxy'),
  start,
};

async function start(setting: Setting): Promise<Running> {
  const { scenario, folder } = setting;
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  await writeConfig(file, scenario.routes, setting, port);
  // Only with a master it can be reloaded; `-db` keeps it in the foreground.
  const mode = scenario.reloads ? '-W' : '-db';
  const running = await startProgram('haproxy', [mode, '-f', file], port, setting);
  if (!scenario.reloads) return running;
  const reload = async (routes: readonly BenchRoute[]) => {
    await writeConfig(file, routes, setting, port);
    process.kill(running.pid, 'SIGUSR2');
  };
  return { ...running, reload };
}

/** How HAProxy looks a route's key up in a map of that kind. */
const LOOK_UPS = {
  host: 'hdr(host),host_only,map_str',
  prefix: 'path,map_beg',
  regex: 'path,map_reg',
} as const;

async function writeConfig(
  file: string,
  routes: readonly BenchRoute[],
  { scenario, upstream }: Setting,
  port: number,
): Promise<void> {
  const kind = routes[0]?.kind ?? 'prefix';
  const map = `${file}.${kind}.map`;
  const key = ({ host, path }: BenchRoute) => (kind === 'host' ? host : kind === 'regex' ? `^${path}` : path);
  await writeFile(map, routes.map((route) => `${key(route)} backend\n`).join(''));
  const tls = upstream.scheme === 'https' ? ' ssl verify none' : '';
  await writeFile(
    file,
    `
global
  nbthread ${scenario.workers}
  maxconn 4096
  hard-stop-after 5s
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend proxy
  bind 127.0.0.1:${port}
  use_backend %[${LOOK_UPS[kind]}(${map},nowhere)]
backend backend
  server upstream 127.0.0.1:${upstream.port} pool-max-conn 512${tls}
backend nowhere
  http-request return status 404
`,
  );
}
