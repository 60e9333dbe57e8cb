import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Launched, launch, runGateway, spawnGateway, untilReady } from '../helpers/command.js';
import { root } from '../helpers/root.js';
import { waitFor } from '../helpers/wait-for.js';

const GOOD =
  '_format_version: "3.0"\nservices:\n  - { name: a, url: "http://127.0.0.1:9", routes: [{ name: r, paths: [/r] }] }\n';
const BROKEN = '_format_version: "3.0"\nroutes:\n  - name: only\n    path: ["/typo"]\n    protocols: 7\n';

describe('gateway start', () => {
  let folder = '';
  let file = '';
  let launched: Launched | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-'));
    file = join(folder, 'kong.yaml');
    await writeFile(file, GOOD);
  });
  afterEach(async () => {
    await launched?.stop();
    await rm(folder, { recursive: true });
  });

  it('tells in readable lines what it serves and where', async () => {
    const gateway = await spawnGateway(['--config', 'kong.yaml'], { cwd: folder });
    launched = gateway;
    const lines = gateway.stdout().trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^dbless-gateway \d+\.\d+\.\d+$/);
    assert.equal(lines[1], `proxy   http://127.0.0.1:${gateway.proxyPort}`);
    assert.equal(lines[2], `admin   http://127.0.0.1:${gateway.adminPort}`);
    assert.equal(lines[3], 'status  off');
    assert.match(lines[4] ?? '', /^config {2}kong\.yaml: 1 service, 1 route, hash [0-9a-f]{32}$/);
    assert.equal(lines[5], 'watching kong.yaml');
    assert.equal(lines.length, 6);
  });

  it('logs one JSON object a line to standard error when no terminal is there', async () => {
    launched = await spawnGateway(['-c', file]);
    await writeFile(file, BROKEN);
    const output = launched;
    await waitFor('the rejection', () => output.stderr().includes('rejected, 2 issues'));
    const entries = output
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    assert.deepEqual(
      entries.map(({ level }) => level),
      [30, 50, 50, 50],
    );
  });

  it('honours the variables below the flags', async () => {
    const env = {
      KONG_DECLARATIVE_CONFIG: file,
      KONG_PROXY_LISTEN: '127.0.0.1:0, [::1]:0',
      KONG_ADMIN_LISTEN: 'off',
      KONG_STATUS_LISTEN: 'off',
      KONG_LOG_LEVEL: 'error',
    };
    launched = launch(
      join(root, 'bin', 'gateway.js'),
      ['start', '--proxy-listen', '127.0.0.1:0', '--no-watch'],
      { env },
    );
    await untilReady(launched);
    assert.match(launched.stdout(), /^admin {3}off$/m);
    assert.equal(launched.stdout().match(/^proxy /gm)?.length, 1);
    assert.match(launched.stdout(), /^not watching .*kong\.yaml: SIGHUP reloads it$/m);
    assert.equal(launched.stderr(), '');
  });

  it('opens the access log, and opens it anew on SIGUSR1', async () => {
    const path = join(folder, 'access.log');
    launched = await spawnGateway(['-c', file, '--access-log', 'json', '--access-log-file', 'access.log'], {
      cwd: folder,
    });
    await rename(path, `${path}.1`);
    launched.signal('SIGUSR1');
    await waitFor('the new file', () =>
      access(path).then(
        () => true,
        () => false,
      ),
    );
    assert.equal(launched.stderr().includes('Debugger'), false);
  });

  it('refuses an access log that cannot be opened', async () => {
    const { code, stderr } = await runGateway([
      'start',
      '-c',
      file,
      '--access-log',
      'json',
      '--access-log-file',
      folder,
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: the access log .* cannot be opened: EISDIR/m);
  });

  it('reads the config from a pipe', async () => {
    const pipe = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const [spawned] = await Promise.all([spawnGateway(['-c', pipe]), writeFile(pipe, GOOD)]);
    launched = spawned;
    assert.match(launched.stdout(), /^config {2}.*pipe: 1 service, 1 route, hash /m);
    launched.signal('SIGTERM');
    assert.equal((await launched.ended).code, 0);
  });

  it('reads the config from standard input, and does not watch it', async () => {
    // The helper gives its children no standard input, so that a script of ours has to.
    const script = join(folder, 'run.mjs');
    await writeFile(
      script,
      [
        "import { spawn } from 'node:child_process';",
        "import { openSync } from 'node:fs';",
        'const [file, ...args] = process.argv.slice(2);',
        "const child = spawn(process.execPath, args, { stdio: [openSync(file, 'r'), 'inherit', 'inherit'] });",
        "process.on('SIGTERM', () => child.kill());",
        "child.on('exit', (code) => process.exit(code ?? 1));",
      ].join('\n'),
    );
    const places = ['--proxy-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'];
    const listen = [...places, '--status-listen', 'off'];
    launched = launch(script, [file, join(root, 'bin', 'gateway.js'), 'start', '-c', '-', ...listen]);
    await untilReady(launched);
    assert.match(launched.stdout(), /^config {2}stdin: 1 service, 1 route, hash /m);
    assert.match(launched.stdout(), /^not watching stdin: SIGHUP reloads it$/m);
    launched.signal('SIGTERM');
    assert.equal((await launched.ended).code, 0);
  });

  it('joins files and folders, and fills in variables of --env-file', async () => {
    await writeFile(
      join(folder, 'more.yaml'),
      '_format_version: "3.0"\nservices: [{ name: "${NAME}", host: h }]\n',
    );
    await writeFile(join(folder, 'vars.env'), 'NAME=from-file\n');
    launched = await spawnGateway(['-c', '.', '--env-file', 'vars.env'], { cwd: folder });
    assert.match(launched.stdout(), /^config {2}\.: 2 services, 1 route, hash /m);
  });

  it('refuses with --strict what it would not execute, and exits with an error', async () => {
    await writeFile(file, '_format_version: "3.0"\nconsumers: [{ username: u }]\n');
    const { code, stderr } = await runGateway(['start', '-c', file, '--strict']);
    assert.notEqual(code, 0);
    assert.match(stderr, /^error: .*--strict.*consumers: 1 loaded, not executed by this version\n$/);
  });

  it('tells every issue of an invalid file, and exits 1', async () => {
    await writeFile(file, BROKEN);
    const { code, stdout, stderr } = await runGateway(['start', '-c', 'kong.yaml'], { cwd: folder });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /kong\.yaml:4:5/);
    assert.match(stderr, /kong\.yaml:5:16/);
    assert.match(stderr, /^2 issues in kong\.yaml$/m);
  });

  it('tells in one line that a port is taken, and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runGateway(['start', '-c', file, '--proxy-listen', `127.0.0.1:${port}`]);
    other.close();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^error: .*127\\.0\\.0\\.1:${port}.*\\n$`));
  });

  const unusable: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no config', [], /no config file given: write --config kong\.yaml/],
    ['a file that is not there', ['-c', '/nowhere/kong.yaml'], /\/nowhere\/kong\.yaml/],
    ['a folder without configs', ['-c', join(root, 'bin')], /^error: .*bin: the folder holds no/],
    ['an address', ['-c', 'x', '--proxy-listen', '8000'], /--proxy-listen: "8000"/],
    ['a log level', ['-c', 'x', '--log-level', 'loud'], /--log-level: "loud"/],
    [
      'a flag',
      ['-c', 'x', '--proxy-listn', 'off'],
      /unknown option '--proxy-listn'\n\(Did you mean --proxy-listen\?\)/,
    ],
    ['a flag without its value', ['--config'], /argument missing/],
    ['an argument', ['kong.yaml'], /too many arguments/],
  ];
  for (const [name, args, message] of unusable) {
    it(`exits 2 on ${name} it cannot use`, async () => {
      const { code, stdout, stderr } = await runGateway(['start', ...args]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});

describe('the signals of gateway start', () => {
  let folder = '';
  let launched: Launched | undefined;
  const upstream = createServer((request, response) => {
    if (request.url !== '/r/never') setTimeout(() => response.end('done'), 700);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signals-'));
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    await writeFile(join(folder, 'kong.yaml'), configFor('/r'));
  });
  afterEach(async () => {
    await launched?.stop();
    upstream.closeAllConnections();
    upstream.close();
    await rm(folder, { recursive: true });
  });

  function configFor(path: string): string {
    const { port } = upstream.address() as AddressInfo;
    const route = { name: 'r', paths: [path], strip_path: false };
    const service = { name: 'slow', url: `http://127.0.0.1:${port}`, routes: [route] };
    return JSON.stringify({ _format_version: '3.0', services: [service] });
  }

  for (const signals of [['SIGTERM'], ['SIGINT'], ['SIGTERM', 'SIGINT']] as const) {
    it(`${signals.join(' and at once ')} lets requests end and exits 0`, async () => {
      const gateway = await spawnGateway(['-c', join(folder, 'kong.yaml')]);
      launched = gateway;
      const asked = once(upstream, 'request');
      const answer = fetch(`http://127.0.0.1:${gateway.proxyPort}/r`).then((response) => response.text());
      await asked;
      for (const signal of signals) gateway.signal(signal);
      assert.equal(await answer, 'done');
      const { code, stdout } = await gateway.ended;
      assert.equal(code, 0);
      assert.match(stdout, /^SIG(TERM|INT): draining, 10 s at most; a second signal ends at once$/m);
    });
  }

  it('a second signal after a moment exits at once', async () => {
    const gateway = await spawnGateway(['-c', join(folder, 'kong.yaml'), '--drain-timeout', '600']);
    launched = gateway;
    const asked = once(upstream, 'request');
    const answer = fetch(`http://127.0.0.1:${gateway.proxyPort}/r/never`);
    answer.catch(() => undefined);
    await asked;
    let ended = false;
    gateway.ended.then(() => {
      ended = true;
    });
    await waitFor('the end', () => {
      gateway.signal('SIGTERM');
      return ended;
    });
    assert.equal((await gateway.ended).code, 143);
    await assert.rejects(answer);
  });

  it('the drain timeout ends what takes too long, with exit 0', async () => {
    const gateway = await spawnGateway(['-c', join(folder, 'kong.yaml'), '--drain-timeout', '0.2']);
    launched = gateway;
    const asked = once(upstream, 'request');
    const answer = fetch(`http://127.0.0.1:${gateway.proxyPort}/r/never`);
    answer.catch(() => undefined);
    await asked;
    gateway.signal('SIGTERM');
    assert.equal((await gateway.ended).code, 0);
    await assert.rejects(answer);
  });

  it('SIGHUP reloads', async () => {
    const gateway = await spawnGateway(['-c', join(folder, 'kong.yaml'), '--no-watch']);
    launched = gateway;
    await writeFile(join(folder, 'kong.yaml'), configFor('/other'));
    gateway.signal('SIGHUP');
    await waitFor('the reload', () => gateway.stderr().includes('"reason":"SIGHUP"'));
    const response = await fetch(`http://127.0.0.1:${gateway.proxyPort}/other`);
    assert.equal(await response.text(), 'done');
    gateway.signal('SIGTERM');
    assert.equal((await gateway.ended).code, 0);
  });

  for (const [name, code] of [
    ['an error nobody catches', 'throw new Error("boom")'],
    ['a rejection nobody handles', 'Promise.reject(new Error("boom"))'],
  ] as const) {
    it(`${name} is logged and ends the process with 1`, async () => {
      const preload = `data:text/javascript,process.on("SIGUSR2",()=>{${encodeURIComponent(code)}})`;
      const gateway = await spawnGateway(['-c', join(folder, 'kong.yaml')], { node: ['--import', preload] });
      launched = gateway;
      gateway.signal('SIGUSR2');
      const { code: exit, stderr } = await gateway.ended;
      assert.equal(exit, 1);
      const last = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as {
        msg: string;
        err: { stack: string };
      };
      assert.equal(last.msg, 'fatal: boom');
      assert.match(last.err.stack, /boom/);
    });
  }
});
