/** What TLS with clients costs: requests on open connections, and handshakes. See bench/README.md. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyPair, makeSelfSigned } from '#gateway/tls/self-signed.js';
import { LETTER } from './contest/contest.js';
import { declarativeConfig, GATEWAY_SCRIPT } from './contestants/gateway.js';
import { type Options, readOptions } from './options.js';
import { freePort, untilListening } from './process/free-port.js';
import { type Launched, launchProgram, launchScript } from './process/launch.js';
import { onPath } from './process/on-path.js';
import { run } from './run.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';
import { bytesPath } from './upstream/answers.js';
import { startUpstream } from './upstream/upstream.js';

const USAGE = `node .build/bench/tls.js [options]

  --contestants NAMES  some of gateway, nginx, caddy (all that are installed)
  --seconds N          length of one measurement (3)
  --rounds N           measurements of each kind (3)
  --clients N          processes that shake hands at once (2)

Needs wrk and openssl. Each contestant has one worker.`;

const NAMES = ['gateway', 'nginx', 'caddy'] as const;
const HEAD = ['contestant', 'requests/s', 'full handshakes/s', 'resumed/s'];

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly upstream: number;
  readonly files: { readonly cert: string; readonly key: string };
}

type Start = (place: Place) => Promise<Launched>;

const STARTS: Readonly<Record<(typeof NAMES)[number], Start>> = {
  async gateway({ folder, port, upstream, files }) {
    const file = join(folder, 'kong.json');
    const routes = [{ kind: 'prefix', host: undefined, path: '/' }] as const;
    await writeFile(file, JSON.stringify(declarativeConfig(routes, { scheme: 'http', port: upstream })));
    const listen = [
      '--proxy-listen',
      `127.0.0.1:${port} ssl`,
      '--admin-listen',
      'off',
      '--status-listen',
      'off',
    ];
    const tls = ['--ssl-cert', files.cert, '--ssl-cert-key', files.key];
    return launchScript(
      GATEWAY_SCRIPT,
      ['start', '-c', file, ...listen, ...tls, '--workers', '1', '--no-watch'],
      {
        cores: undefined,
      },
    );
  },
  async nginx({ folder, port, upstream, files }) {
    const file = join(folder, 'nginx.conf');
    await writeFile(
      file,
      `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; proxy_http_version 1.1; proxy_set_header Connection "";
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  upstream backend { server 127.0.0.1:${upstream}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${files.cert}; ssl_certificate_key ${files.key}; ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass http://backend; }
  }
}
`,
    );
    return launchProgram(
      onPath('nginx') ?? 'nginx',
      ['-p', folder, '-c', file, '-e', `${folder}/error.log`],
      {
        cores: undefined,
      },
    );
  },
  async caddy({ folder, port, upstream, files }) {
    const file = join(folder, 'Caddyfile');
    await writeFile(
      file,
      `{
  admin off
  auto_https off
  default_sni localhost
}
https://127.0.0.1:${port}, https://localhost:${port} {
  bind 127.0.0.1
  tls ${files.cert} ${files.key}
  reverse_proxy 127.0.0.1:${upstream}
}
`,
    );
    const env = { GOMAXPROCS: '1', HOME: folder };
    return launchProgram(onPath('caddy') ?? 'caddy', ['run', '--config', file], { cores: undefined, env });
  },
};

async function main(): Promise<void> {
  const options = readOptions(
    { values: ['contestants', 'seconds', 'rounds', 'clients'], switches: [] },
    USAGE,
  );
  for (const tool of ['wrk', 'openssl']) {
    if (onPath(tool) === undefined) throw new Error(`${tool} is not installed`);
  }
  const wanted = options.choices('contestants', NAMES, NAMES);
  const pair = makeSelfSigned(Date.now());
  const folder = await mkdtemp(join(tmpdir(), 'bench-tls-'));
  const upstream = await startUpstream(LETTER, undefined);
  const rows: (readonly string[])[] = [];
  try {
    for (const name of NAMES) {
      if (!wanted.includes(name) || (name !== 'gateway' && onPath(name) === undefined)) continue;
      rows.push([name, ...(await measure(name, pair, folder, upstream.port, options))]);
    }
  } finally {
    await upstream.stop();
    await rm(folder, { recursive: true, force: true });
  }
  console.log(table(HEAD, rows));
}

async function measure(
  name: (typeof NAMES)[number],
  pair: KeyPair,
  parent: string,
  upstream: number,
  options: Options,
): Promise<readonly string[]> {
  const folder = join(parent, name);
  await mkdir(folder);
  const files = { cert: join(folder, 'own.pem'), key: join(folder, 'own.key') };
  await writeFile(files.cert, pair.cert);
  await writeFile(files.key, pair.key);
  const port = await freePort();
  const launched = await STARTS[name]({ folder, port, upstream, files });
  try {
    await untilListening(port, launched);
    await checkAnswer(port, pair.cert);
    const [seconds, clients] = [options.number('seconds', 3), options.number('clients', 2)];
    const rounds = Array.from({ length: options.number('rounds', 3) });
    const figures: readonly (() => Promise<number>)[] = [
      () => requests(port, seconds),
      () => handshakes(port, seconds, clients, ['-new', '-tls1_3']),
      () => handshakes(port, seconds, clients, ['-reuse', '-tls1_2']),
    ];
    const told: string[] = [];
    for (const one of figures) {
      const values: number[] = [];
      for (const _ of rounds) values.push(await one());
      told.push(figure(median(values)));
    }
    return told;
  } finally {
    await launched.stop();
  }
}

/** The certificate is the one that was given, and the answer that of the upstream. */
async function checkAnswer(port: number, ca: string): Promise<void> {
  const request = get({
    host: '127.0.0.1',
    port,
    path: bytesPath(1024),
    servername: 'localhost',
    ca,
    agent: false,
  });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  assert.equal(response.statusCode, 200);
}

async function requests(port: number, seconds: number): Promise<number> {
  const flags = ['-t', '1', '-c', '64', '-d', `${seconds}s`, `https://localhost:${port}${bytesPath(1024)}`];
  const output = await launchProgram('wrk', flags, { cores: undefined }).ended;
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`wrk met errors:\n${output}`);
  return numberIn(/Requests\/sec: +([\d.]+)/, output);
}

/** Of `openssl s_time`, which shakes hands one after the other and sends nothing. */
async function handshakes(
  port: number,
  seconds: number,
  clients: number,
  how: readonly string[],
): Promise<number> {
  const flags = ['s_time', '-connect', `127.0.0.1:${port}`, '-time', String(seconds), ...how];
  const outputs = await Promise.all(
    Array.from({ length: clients }, () => launchProgram('openssl', flags, { cores: undefined }).ended),
  );
  const counts = outputs.map((output) => {
    const found = [...output.matchAll(/(\d+) connections in (\d+) real seconds/g)].at(-1);
    if (found === undefined) throw new Error(`openssl said nothing that can be read:\n${output}`);
    return Number(found[1]) / seconds;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function numberIn(pattern: RegExp, output: string): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`nothing that can be read:\n${output}`);
  return Number(found);
}

await run(main);
