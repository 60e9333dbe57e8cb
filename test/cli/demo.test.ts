import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Launched, launch, portOf } from '../helpers/command.js';
import { root } from '../helpers/root.js';
import { waitFor } from '../helpers/wait-for.js';

const DEMO = join(root, 'examples', 'quickstart', 'demo.js');

/** A port that was free a moment ago: the demo's file has to name one before anything listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The demo's config as it comes: the example itself is there to be edited. */
function configFor(port: number): string {
  return [
    '_format_version: "3.0"',
    'services:',
    '  - name: example_service',
    `    url: http://127.0.0.1:${port}`,
    '    routes:',
    '      - name: example_route',
    '        paths:',
    '          - /mock',
    '',
  ].join('\n');
}

/** Milliseconds: a demo that does not end must not hold up all other tests. */
const TIMEOUT = 60_000;

describe('npm run demo', { timeout: TIMEOUT }, () => {
  let folder = '';
  let config = '';
  let text = '';
  let port = 0;
  let demo: Launched | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
    config = join(folder, 'kong.yaml');
    port = await freePort();
    text = configFor(port);
    await writeFile(config, text);
  });
  afterEach(async () => {
    await demo?.stop();
    await rm(folder, { recursive: true });
  });

  function start(): Launched {
    demo = launch(DEMO, [], { env: { DEMO_CONFIG: config, DEMO_PROXY_PORT: '0', DEMO_ADMIN_PORT: '0' } });
    return demo;
  }

  it('serves what it invites to try, follows an edit, and leaves nothing behind on Ctrl-C', async () => {
    const running = start();
    await waitFor('the invitation', () => running.stdout().includes('Ctrl-C'));
    const statuses: Record<string, number> = {};
    for (const [, url = ''] of running.stdout().matchAll(/^ {2}curl .*?(http:\S+)$/gm)) {
      const response = await fetch(url);
      await response.text();
      statuses[new URL(url).pathname] = response.status;
    }
    assert.deepEqual(statuses, {
      '/mock/anything': 200,
      '/mock/status/418': 418,
      '/mock/stream/3': 200,
      '/nowhere': 404,
      '/routes': 200,
      '/status': 200,
    });

    assert.ok(running.stdout().includes(`edit this file and save: ${config}`));
    await writeFile(config, text.replace('- /mock', '- /try'));
    const proxy = `http://127.0.0.1:${portOf('proxy', running.stdout())}`;
    const echo = await waitFor('the edit to be served', async () => {
      const response = await fetch(`${proxy}/try/anything/here?a=1`);
      const body = (await response.json()) as {
        method?: string;
        args?: object;
        headers?: Record<string, string>;
      };
      return response.status === 200 ? body : undefined;
    });
    assert.equal(echo.method, 'GET');
    assert.deepEqual(echo.args, { a: '1' });

    running.signal('SIGINT');
    assert.equal((await running.ended).code, 0);
    await assert.rejects(fetch(proxy));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/get`));
  });

  it('says in one line that the echo’s port is taken', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const { code, stdout, stderr } = await start().ended;
    other.close();
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^error: the echo cannot listen on 127\\.0\\.0\\.1:${port} .*\\n$`));
  });

  it('ends the echo when the gateway cannot start', async () => {
    await writeFile(config, text.replace('- /mock', '- mock'));
    const { code, stderr } = await start().ended;
    assert.equal(code, 1);
    assert.match(stderr, /1 issue in .*kong\.yaml/);
  });
});
