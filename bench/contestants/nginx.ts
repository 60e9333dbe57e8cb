import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRoute } from '../contest/scenario.js';
import { freePort, untilListening } from '../process/free-port.js';
import { launchProgram } from '../process/launch.js';
import { onPath } from '../process/on-path.js';
import { canReadUsage } from '../process/usage.js';
import type { ContestantKind, Running, Setting } from './contestant.js';

/** Nginx as a plain proxy, where it is installed: one process, upstream connections kept. */
export const nginx: ContestantKind = {
  name: 'nginx',
  routes: true,
  absence: () => {
    if (onPath('nginx') === undefined) return 'it is not installed';
    return canReadUsage ? undefined : 'its CPU time cannot be read here';
  },
  make: (setting) => ({ name: 'nginx', start: () => start(setting) }),
};

async function start(setting: Setting): Promise<Running> {
  const { folder, cores } = setting;
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configOf(setting, port));
  const program = onPath('nginx') ?? 'nginx';
  const launched = launchProgram(program, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], {
    cores,
  });
  await untilListening(port, launched);
  return { port, pid: launched.pid, stop: launched.stop };
}

/** Temporary files would make the disk part of the contest, limits on requests new connections. */
function configOf({ scenario, upstreamPort, folder }: Setting, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `
daemon off;
master_process off;
worker_processes 1;
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
    server 127.0.0.1:${upstreamPort};
    keepalive 512;
    keepalive_requests 1000000000;
  }
${serversOf(scenario.routes, port)}
}
`;
}

/** A server for each host, a location for each path; whatever none takes is a 404. */
function serversOf(routes: readonly BenchRoute[], port: number): string {
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
    return `server { ${listen} server_name ${host}; ${[...own.map(locationOf), rest].join('\n')} }`;
  }).join('\n');
}

function locationOf({ kind, path }: BenchRoute): string {
  const where = kind === 'regex' ? `~ "^${path}"` : path;
  return `location ${where} { proxy_pass http://backend; }`;
}
