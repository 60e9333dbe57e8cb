/**
 * `npm run demo`: an echo and, in front of it, the gateway with kong.yaml, all on loopback. Ctrl-C ends both.
 *
 * DEMO_CONFIG names another declarative file; the echo listens at the `url` of its first service. DEMO_PROXY_PORT
 * and DEMO_ADMIN_PORT move the gateway.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startUpstream } from './upstream.js';

const {
  DEMO_CONFIG: config = relative('', here('kong.yaml')),
  DEMO_PROXY_PORT: proxyPort = '8000',
  DEMO_ADMIN_PORT: adminPort = '8001',
} = process.env;

const upstream = await openUpstream();
console.log(`echo    http://127.0.0.1:${upstream.port}`);

// The gateway gets a process group of its own, so that Ctrl-C reaches it once, through this process.
const gateway = spawn(
  process.execPath,
  [
    here('../../bin/gateway.js'),
    'start',
    '--config',
    config,
    '--proxy-listen',
    `127.0.0.1:${proxyPort}`,
    '--admin-listen',
    `127.0.0.1:${adminPort}`,
    '--status-listen',
    'off',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => gateway.kill('SIGTERM'));
}
// Whatever ends this process takes the gateway with it.
process.on('exit', () => gateway.kill('SIGTERM'));

gateway.once('error', (error) => {
  console.error(`error: the gateway could not be started: ${error.message}`);
  process.exit(1);
});
gateway.once('exit', async (code) => {
  await upstream.close();
  process.exitCode = code ?? 1;
});

let seen = '';
gateway.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  const before = seen;
  seen += text;
  if (!before.includes('\nwatching ') && seen.includes('\nwatching ')) invite();
});

function invite() {
  const proxy = addressOf('proxy');
  const admin = addressOf('admin');
  console.log(`
Try:
  curl -i ${proxy}/mock/anything
  curl -i ${proxy}/mock/status/418
  curl -N ${proxy}/mock/stream/3
  curl -i ${proxy}/nowhere
  curl ${admin}/routes
  curl ${admin}/status

Then edit this file and save: ${config}
Ctrl-C ends the gateway and the echo.
`);
}

/** Where the gateway says it listens. @param {string} name */
function addressOf(name) {
  return new RegExp(`^${name} +(\\S+)$`, 'm').exec(seen)?.[1] ?? '';
}

/** The echo stands where the config expects it, so that the file alone says where that is. */
async function openUpstream() {
  const url = /^\s*url:\s*http:\/\/127\.0\.0\.1:(\d+)/m.exec(readFileSync(config, 'utf8'));
  if (url === null)
    fail(`no "url: http://127.0.0.1:PORT" in ${config}, the demo cannot tell where its echo belongs`);
  const port = Number(url[1]);
  try {
    return await startUpstream(port);
  } catch (error) {
    fail(
      `the echo cannot listen on 127.0.0.1:${port} (${error}): free the port, or change the url in ${config}`,
    );
  }
}

/** @param {string} file */
function here(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
