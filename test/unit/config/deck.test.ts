import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { type LoadedConfig, loadConfigs } from '#gateway/config/load.js';

function load(text: string, environment: Readonly<Record<string, string>> = {}): LoadedConfig {
  return loadConfigs([{ file: 'deck.yaml', text: `_format_version: "3.0"\n${text}` }], { environment });
}

describe("decK's dialect", () => {
  it('puts the tags of _info on every entity, once', () => {
    const { config } = load(
      `_info: {select_tags: [team, blue]}
services: [{name: s, host: a, tags: [blue, own], routes: [{name: r, paths: [/]}]}]
consumers: [{username: u, acls: [{group: g}]}]\n`,
    );
    assert.deepEqual(config.services[0]?.tags, ['blue', 'own', 'team']);
    assert.deepEqual(config.routes[0]?.tags, ['team', 'blue']);
    assert.deepEqual(config.acls[0]?.tags, ['team', 'blue']);
  });

  it('fills in the defaults of _info where an entity says nothing', () => {
    const { config } = load(
      `_info: {defaults: {service: {retries: 9, protocol: https, port: 443}, route: {strip_path: false},
  upstream: {slots: 50, healthchecks: {active: {timeout: 7}}}}}
services: [{name: a, host: a, routes: [{name: r, paths: [/]}]}, {name: b, host: b, retries: 1}, {name: c, url: "http://c"}]
upstreams: [{name: u, healthchecks: {active: {concurrency: 3}}}]\n`,
    );
    assert.deepEqual(
      config.services.map(({ retries, protocol, port }) => [retries, protocol, port]),
      [
        [9, 'https', 443],
        [1, 'https', 443],
        [9, 'http', 80],
      ],
    );
    assert.equal(config.routes[0]?.strip_path, false);
    assert.equal(config.upstreams[0]?.slots, 50);
    assert.equal(config.upstreams[0]?.healthchecks.active.timeout, 7);
    assert.equal(config.upstreams[0]?.healthchecks.active.concurrency, 3);
  });

  it('lets plugins take in shared settings, over which their own win', () => {
    const { config } = load(
      `_plugin_configs: {limits: {minute: 5, hour: 100, policy: local}}
plugins: [{name: rate-limiting, _config: limits, config: {minute: 7}}]\n`,
    );
    const { minute, hour } = config.plugins[0]?.config ?? {};
    assert.deepEqual([minute, hour], [7, 100]);
  });

  it('keeps in mind that a shared setting came from outside', () => {
    const { config } = load(
      `_plugin_configs: {limits: {minute: '\${N}', policy: local}}
plugins: [{name: rate-limiting, _config: limits}]\n`,
      { N: '5' },
    );
    const [plugin] = config.plugins;
    assert.equal(plugin?.config['minute'], 5);
    assert.deepEqual(config.secrets, [`/plugins/${plugin?.id}/config/minute`]);
  });

  it('says so where the shared settings are not there', () => {
    assert.throws(
      () =>
        load('_plugin_configs: {limits: {minute: 5}}\nplugins: [{name: rate-limiting, _config: limit}]\n'),
      (error) => {
        assert.ok(error instanceof ConfigError);
        const [issue] = error.issues;
        assert.equal(issue?.path, 'plugins[0]._config');
        assert.equal(issue?.hint, 'did you mean "limits"?');
        return true;
      },
    );
  });

  it('warns of what only tells decK where to write to', () => {
    const { warnings } = load('_workspace: team\n_konnect: {control_plane_name: x}\n');
    assert.deepEqual(
      warnings.map(({ code, severity, path, line }) => [code, severity, path, line]),
      [
        ['ignored-field', 'warning', '_workspace', 2],
        ['ignored-field', 'warning', '_konnect', 3],
      ],
    );
  });
});
