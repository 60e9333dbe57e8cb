import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { freePort } from '../process/free-port.js';
import type { Contestant, Running, Setting } from './contestant.js';
import { absenceOf, startProgram } from './program.js';

/** Nginx as a plain proxy, where it is installed: a process for each worker. */
export const nginx: Contestant = {
  name: 'nginx',
  abilities: ['routes', 'workers', 'reload'],
  absence: () => absenceOf('nginx'),
  start,
};

async function start(setting: Setting): Promise<Running> {
  const { scenario, folder } = setting;
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const write = (routes: readonly BenchRoute[]) => writeFile(file, configOf(routes, setting, port));
  await write(scenario.routes);
  const args = ['-p', folder, '-c', file, '-e', join(folder, 'error.log')];
  const running = await startProgram('nginx', args, port, setting);
  if (!scenario.reloads) return running;
  const reload = async (routes: readonly BenchRoute[]) => {
    await write(routes);
    process.kill(running.pid, 'SIGHUP');
  };
  return { ...running, reload };
}

/** Temporary files would make the disk part of the contest, limits on requests new connections. */
function configOf(routes: readonly BenchRoute[], setting: Setting, port: number): string {
  const { scenario, upstream, folder } = setting;
  // Workers of a master that is root would be nobody, who may not enter the folder.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};` : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `
daemon off;
master_process ${scenario.workers > 1 || scenario.reloads ? 'on' : 'off'};
worker_processes ${scenario.workers};
${user}
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} error;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  keepalive_requests 1000000000;
  server_names_hash_max_size 262144;
  server_names_hash_bucket_size 128;
  proxy_max_temp_file_size 0;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  upstream backend {
    server 127.0.0.1:${upstream.port};
    keepalive 512;
    keepalive_requests 1000000000;
  }
${serversOf(routes, upstream.scheme, port)}
}
`;
}

/** A server for each host, a location for each path; whatever none takes is a 404. */
function serversOf(routes: readonly BenchRoute[], scheme: string, port: number): string {
  const byHost = new Map<string, BenchRoute[]>([['_', []]]);
  for (const route of routes) {
    const host = route.host ?? '_';
    const known = byHost.get(host);
    if (known === undefined) byHost.set(host, [route]);
    else known.push(route);
  }
  return Array.from(byHost, ([host, own]) => {
    const listen = `listen 127.0.0.1:${port}${host === '_' ? ' default_server' : ''};`;
    const rest = own.some((route) => route.path === '/') ? '' : 'location / { return 404; }';
    return `server { ${listen} server_name ${host}; ${[...own.map((route) => locationOf(route, scheme)), rest].join('\n')} }`;
  }).join('\n');
}

function locationOf({ kind, path }: BenchRoute, scheme: string): string {
  const where = kind === 'regex' ? `~ "^${path}"` : path;
  return `location ${where} { proxy_pass ${scheme}://backend; }`;
}
