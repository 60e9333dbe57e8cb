import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runGateway } from '../helpers/command.js';

const CONFIG = `_format_version: "1.1"
services:
- name: users
  url: https://users.internal/base
  tags: ["yes", "123", "1e3", "null"]
  routes:
  - name: users
    paths: ['/users/\\d+', /plain]
upstreams:
- name: pool
  targets: [{target: 10.0.0.1}]
consumers:
- username: alice
  keyauth_credentials: [{key: plain-key}]
  basicauth_credentials: [{username: alice, password: "\${PASSWORD}"}]
  acls: [{group: staff}]
plugins:
- name: rate-limiting
  consumer: alice
  config: {minute: 5, policy: redis, redis: {host: redis.internal, password: hidden}}
- name: pre-function
  config:
    access:
    - |
      -- a comment: "quoted"
      local on = true
`;

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-'));
  await writeFile(join(folder, 'kong.yaml'), CONFIG);
  await writeFile(join(folder, 'bad.yaml'), 'services: 1\n');
});
after(() => rm(folder, { recursive: true }));

const run = (...args: readonly string[]) =>
  runGateway(args, { cwd: folder, env: { PASSWORD: 'from-outside' } });

describe('gateway render', () => {
  for (const format of ['yaml', 'json']) {
    it(`gives ${format} that loads again with the same hash, revealed`, async () => {
      const { stdout, code } = await run('render', '--reveal', '--format', format, 'kong.yaml');
      assert.equal(code, 0);
      await writeFile(join(folder, `again.${format}`), stdout);
      const hashes = await run('hash', 'kong.yaml', `again.${format}`);
      const [first, second] = hashes.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[0]);
      assert.match(first ?? '', /^[0-9a-f]{32}$/);
      assert.equal(first, second);
    });
  }

  it('fills in ids, defaults and values, and hides secrets and what came from outside', async () => {
    const { stdout } = await run('render', '--format', 'json', 'kong.yaml');
    const document = JSON.parse(stdout);
    assert.equal(document._format_version, '3.0');
    const [service] = document.services;
    assert.equal(service.host, 'users.internal');
    assert.equal(service.port, 443);
    assert.equal(service.retries, 5);
    assert.match(service.id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(service.tags, ['yes', '123', '1e3', 'null']);
    assert.deepEqual(document.routes[0].paths, ['~/users/\\d+', '/plain']);
    assert.equal(document.keyauth_credentials[0].key, '***');
    assert.equal(document.basicauth_credentials[0].password, '***');
    assert.equal(document.plugins[0].config.redis.password, '***');
    for (const secret of ['plain-key', 'from-outside', 'hidden']) assert.ok(!stdout.includes(secret), secret);
  });

  it('shows them with --reveal', async () => {
    const { stdout } = await run('render', '--reveal', 'kong.yaml');
    for (const secret of ['plain-key', 'hidden']) assert.ok(stdout.includes(secret), secret);
    // The file says that passwords are hashed while loading.
    assert.match(stdout, /^_transform: false$/m);
    assert.match(stdout, /^ {4}password: [0-9a-f]{40}$/m);
  });

  it('tells the issues of an invalid config, and exits 1', async () => {
    const { code, stdout, stderr } = await run('render', 'bad.yaml');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /bad\.yaml:1:11/);
  });
});

describe('gateway hash', () => {
  it('prints the hash alone for one config', async () => {
    const { code, stdout } = await run('hash', '--config', 'kong.yaml');
    assert.match(stdout, /^[0-9a-f]{32}\n$/);
    assert.equal(code, 0);
  });

  it('exits 2 for a file that cannot be read, and without a file', async () => {
    assert.equal((await run('hash', 'none.yaml')).code, 2);
    assert.equal((await run('hash')).code, 2);
  });
});

describe('gateway schema', () => {
  it('prints the schema of a whole file, whose references stay inside of it', async () => {
    const { stdout } = await run('schema');
    const schema = JSON.parse(stdout);
    const references = new Set(Array.from(stdout.matchAll(/"\$ref": "([^"]*)"/g), ([, ref = '']) => ref));
    assert.ok(references.size > 10);
    for (const reference of references) {
      assert.match(reference, /^#/);
      const steps = decodeURIComponent(reference.slice(1)).split('/').slice(1);
      let part = schema;
      for (const step of steps) part = part?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
      assert.equal(typeof part, 'object', reference);
    }
  });

  for (const [subject, title] of [
    ['services', /service/i],
    ['route', /route/i],
    ['plugins/rate-limiting', /rate-limiting/],
  ] as const) {
    it(`prints the schema of ${subject}`, async () => {
      const { code, stdout } = await run('schema', subject);
      assert.match(JSON.parse(stdout).title, title);
      assert.equal(code, 0);
    });
  }

  it('suggests what was meant', async () => {
    const { code, stderr } = await run('schema', 'plugins/rate-limitng');
    assert.match(stderr, /did you mean plugins\/rate-limiting\?/);
    assert.equal(code, 2);
  });
});

describe('gateway init', () => {
  it('prints a config that loads without warnings', async () => {
    const { stdout } = await run('init');
    await writeFile(join(folder, 'printed.yaml'), stdout);
    const { code, stderr } = await run('check', '--strict', 'printed.yaml');
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  it('writes it to a file, and never over one', async () => {
    const first = await run('init', '--output', 'new.yaml');
    assert.equal(first.code, 0);
    const written = await readFile(join(folder, 'new.yaml'), 'utf8');
    assert.match(written, /^# /);
    await writeFile(join(folder, 'new.yaml'), 'mine');
    const second = await run('init', '--output', 'new.yaml');
    assert.match(second.stderr, /new\.yaml: it exists already/);
    assert.equal(second.code, 2);
    assert.equal(await readFile(join(folder, 'new.yaml'), 'utf8'), 'mine');
  });
});
