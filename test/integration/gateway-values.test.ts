import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { Gateway } from '#gateway/gateway.js';
import { type Environment, type Flags, readSettings } from '#gateway/settings.js';
import type { ReloadRecord } from '#gateway/snapshot/reload-history.js';
import { type Logged, localPlane, recordingLog } from '../helpers/gateway.js';
import { waitFor } from '../helpers/wait-for.js';

const file = (rest: string) => `_format_version: "3.0"\n${rest}`;
const service = (name: string, path = `/${name}`, host = '127.0.0.1') =>
  file(`services:\n- {name: ${name}, host: "${host}", routes: [{name: ${name}, paths: ["${path}"]}]}\n`);

describe('a gateway whose config is more than one file', () => {
  let dir = '';
  let gateway: Gateway | undefined;
  let logged: readonly Logged[] = [];
  let records: ReloadRecord[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'values-'));
    await mkdir(join(dir, 'teams'));
    records = [];
  });
  afterEach(async () => {
    await gateway?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => writeFile(join(dir, name), text);

  async function start(flags: Flags, environment: Environment = {}, env: Environment = {}): Promise<number> {
    const recorder = recordingLog();
    logged = recorder.logged;
    const listen = { proxyListen: '127.0.0.1:0', adminListen: '127.0.0.1:0', watch: false };
    const settings = readSettings({ ...listen, ...flags }, env);
    gateway = new Gateway({
      settings,
      environment,
      log: recorder.log,
      plane: localPlane(settings, recorder.log),
      onReload: (record) => records.push(record),
    });
    return (await gateway.start()).admin[0]?.port ?? 0;
  }

  const names = () => gateway?.current.config.services.map(({ name }) => name);
  const warnings = () => logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  const admin = async (port: number, path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).json();

  it('serves a file and a folder as one, and follows files that change, come and go', async () => {
    await write('one.yaml', service('one'));
    await write('teams/b.yaml', service('b'));
    await start({ config: [join(dir, 'one.yaml'), join(dir, 'teams')], watch: true });
    assert.deepEqual(names(), ['one', 'b']);
    await write('teams/a.yaml', service('a'));
    await waitFor('the added file', () => records.length === 1);
    assert.deepEqual(names(), ['one', 'a', 'b']);
    await unlink(join(dir, 'teams', 'b.yaml'));
    await waitFor('the removed file', () => records.length === 2);
    assert.deepEqual(names(), ['one', 'a']);
    await Promise.all([write('one.yaml', service('uno')), write('teams/a.yaml', service('aa'))]);
    await waitFor('the burst', () => records.length === 3);
    assert.deepEqual(names(), ['uno', 'aa']);
    assert.deepEqual(
      records.map(({ outcome }) => outcome),
      ['applied', 'applied', 'applied'],
    );
  });

  it('keeps serving when one file is bad, and says in which', async () => {
    await write('teams/a.yaml', service('a'));
    await write('teams/b.yaml', service('b'));
    await start({ config: [join(dir, 'teams')], watch: true });
    await write('teams/b.yaml', service('a', '/other'));
    await waitFor('the rejection', () => records.length === 1);
    assert.equal(records[0]?.outcome, 'rejected');
    assert.equal(records[0]?.issues[0]?.file, join(dir, 'teams', 'b.yaml'));
    assert.match(records[0]?.issues[0]?.message ?? '', /another service has it already, at .*a\.yaml:3/);
    assert.deepEqual(names(), ['a', 'b']);
  });

  it('takes values from the environment and from files below it, and follows those files', async () => {
    await write('kong.yaml', service('a', '/a/${VERSION}', '${HOST}'));
    await write('one.env', 'HOST=from-file\nVERSION=v1\n');
    const flags = { config: [join(dir, 'kong.yaml')], envFile: [join(dir, 'one.env')], watch: true };
    await start(flags, { HOST: 'from-environment' });
    const { config } = gateway?.current ?? assert.fail();
    assert.deepEqual([config.services[0]?.host, config.routes[0]?.paths], ['from-environment', ['/a/v1']]);
    await write('one.env', 'HOST=from-file\nVERSION=v2\n');
    await waitFor('the new value', () => records.length === 1);
    assert.deepEqual(gateway?.current.config.routes[0]?.paths, ['/a/v2']);
    await write('one.env', 'HOST=from-file\n');
    await waitFor('the rejection', () => records.length === 2);
    assert.equal(records[1]?.issues[0]?.code, 'missing-variable');
    assert.deepEqual(gateway?.current.config.routes[0]?.paths, ['/a/v2']);
  });

  it('takes the whole config from a variable', async () => {
    await start({}, {}, { KONG_DECLARATIVE_CONFIG_STRING: service('a') });
    assert.deepEqual(names(), ['a']);
    const bad = readSettings({}, { KONG_DECLARATIVE_CONFIG_STRING: 'a: [' });
    const { log } = recordingLog();
    await assert.rejects(
      new Gateway({ settings: bad, log, plane: localPlane(bad, log) }).start(),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.issues[0]?.file, 'KONG_DECLARATIVE_CONFIG_STRING');
        return true;
      },
    );
  });

  it('shows no secret in the Admin API and in the log unless it is told to', async () => {
    const text = file(
      'services:\n- {name: a, host: "${HOST}"}\nconsumers:\n- {username: u, keyauth_credentials: [{key: "plain-s3cr3t"}, {key: "${KEY}"}]}\n',
    );
    await write('kong.yaml', text);
    const config = [join(dir, 'kong.yaml')];
    const environment = { HOST: 's3cr3t.test', KEY: 'other-s3cr3t' };
    let port = await start({ config }, environment);
    const paths = [
      '/services',
      '/services/a',
      '/config',
      '/key-auths',
      '/consumers/u/key-auth',
      '/',
      '/status',
    ];
    for (const path of paths) {
      const body = JSON.stringify(await admin(port, path));
      assert.doesNotMatch(body, /s3cr3t/, path);
    }
    assert.match(JSON.stringify(await admin(port, '/services/a')), /"host":"\*\*\*"/);
    assert.doesNotMatch(JSON.stringify(logged), /s3cr3t/);
    await gateway?.close();
    port = await start({ config, adminShowSecrets: true }, environment);
    assert.match(JSON.stringify(await admin(port, '/key-auths')), /other-s3cr3t/);
    assert.match(JSON.stringify(await admin(port, '/config')), /plain-s3cr3t/);
  });

  it('tells once what is loaded and not executed, and again when that changes', async () => {
    await write('kong.yaml', file('consumers: [{username: u}]\n'));
    await start({ config: [join(dir, 'kong.yaml')] });
    const told = () => warnings().filter((message) => message.includes('not executed by this version'));
    assert.deepEqual(told(), ['consumers: 1 loaded, not executed by this version']);
    await write('kong.yaml', file('consumers: [{username: u, custom_id: x}]\n'));
    assert.equal((await gateway?.reload('test'))?.outcome, 'applied');
    assert.equal(told().length, 1);
    await write('kong.yaml', file('consumers: [{username: u}, {username: v}]\n'));
    await gateway?.reload('test');
    assert.deepEqual(told().slice(1), ['consumers: 2 loaded, not executed by this version']);
  });

  it('refuses with --strict what it would not execute, at the start and later', async () => {
    await write('kong.yaml', file('consumers: [{username: u}]\n'));
    const flags = { config: [join(dir, 'kong.yaml')], strict: true };
    await assert.rejects(start(flags), /--strict.*consumers: 1 loaded/);
    await write('kong.yaml', service('a'));
    await start(flags);
    await write('kong.yaml', `${service('a')}consumers: [{username: u}]\n`);
    const record = await gateway?.reload('test');
    assert.deepEqual([record?.outcome, record?.issues[0]?.code], ['rejected', 'not_executed']);
    assert.deepEqual(names(), ['a']);
  });
});
