import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { checkPluginConfig, fillPluginDefaults, pluginNames } from '#gateway/config/plugin-schemas.js';
import { fixture } from '../../helpers/root.js';

interface Case {
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly filled: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(fixture('config', 'plugins', 'defaults.json'), 'utf8'),
);

describe('the defaults of plugins', () => {
  it('have a case for every plugin', () => {
    assert.deepEqual([...new Set(cases.map(({ plugin }) => plugin))].toSorted(), pluginNames);
  });

  it('are those a recorded Kong shows', () => {
    const { exchanges } = JSON.parse(readFileSync(fixture('conformance', 'admin-api.json'), 'utf8'));
    const shown = exchanges.find(({ path }: { path: string }) => path === '/plugins').answer.data[0];
    assert.deepEqual(fillPluginDefaults(shown.name, { key_names: ['apikey'] }), shown.config);
  });

  for (const { plugin, config, filled } of cases) {
    it(`${plugin} ${JSON.stringify(config)}`, () => {
      const before = structuredClone(config);
      assert.deepEqual(fillPluginDefaults(plugin, config), filled);
      assert.deepEqual(config, before, 'the config was changed');
      assert.deepEqual(fillPluginDefaults(plugin, filled), filled, 'what is shown loads as the same');
      const errors = checkPluginConfig(plugin, filled, []).filter(({ severity }) => severity !== 'warning');
      assert.deepEqual(errors, [], 'what is shown is valid');
    });
  }

  it('keep an explicit null where a field may be null', () => {
    assert.equal(
      fillPluginDefaults('proxy-cache', { strategy: 'memory', cache_ttl: null })['cache_ttl'],
      null,
    );
    assert.equal(fillPluginDefaults('proxy-cache', { strategy: 'memory' })['cache_ttl'], 300);
  });

  it('read an empty list as a mapping and the other way round', () => {
    const filled = fillPluginDefaults('request-transformer', { add: [], remove: { headers: {} } });
    assert.deepEqual(filled['add'], { body: [], headers: [], querystring: [] });
    assert.deepEqual(filled['remove'], { body: [], headers: [], querystring: [] });
  });

  it('leave doubles out of sets', () => {
    assert.deepEqual(fillPluginDefaults('jwt', { header_names: ['a', 'b', 'a'] })['header_names'], [
      'a',
      'b',
    ]);
  });

  it('never share a list between two configs', () => {
    const [one, two] = [fillPluginDefaults('cors', {}), fillPluginDefaults('cors', {})];
    assert.notEqual(one['methods'], two['methods']);
    assert.deepEqual(one, two);
  });

  it('show values of old names under both names', () => {
    const filled = fillPluginDefaults('rate-limiting', {
      minute: 1,
      policy: 'redis',
      redis_host: 'r',
      redis_port: 1,
    });
    const { redis, redis_host, redis_port, redis_timeout } = filled;
    assert.deepEqual([redis_host, redis_port, redis_timeout], ['r', 1, 2000]);
    assert.deepEqual(redis, {
      ...{ host: 'r', port: 1, timeout: 2000, username: null, password: null, database: 0 },
      ...{ ssl: false, ssl_verify: false, server_name: null },
    });
  });

  it('take the names sessions had before 3.2', () => {
    const filled = fillPluginDefaults('session', {
      cookie_samesite: 'off',
      cookie_lifetime: 5,
      cookie_renew: 1,
    });
    assert.deepEqual([filled['cookie_same_site'], filled['rolling_timeout']], ['Lax', 5]);
    for (const name of ['cookie_samesite', 'cookie_lifetime', 'cookie_renew'])
      assert.ok(!(name in filled), name);
  });

  it('leave the config of an unknown plugin as it is', () => {
    const config = { any: 'thing' };
    assert.equal(fillPluginDefaults('no-such-plugin', config), config);
  });
});
