import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatPath } from '#gateway/config/finding.js';
import { checkPluginConfig, pluginNames } from '#gateway/config/plugin-schemas.js';
import { fixture } from '../../helpers/root.js';

interface Case {
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Nothing for a valid config. */
  readonly issues?: readonly {
    readonly field: string;
    readonly message: string;
    readonly severity?: string;
  }[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(fixture('config', 'plugins', 'cases.json'), 'utf8'));

interface Row {
  readonly what: string;
  readonly accepted: boolean;
  readonly config: { readonly plugins?: readonly { readonly name: string; readonly config: unknown }[] };
}

const rows: readonly Row[] = JSON.parse(readFileSync(fixture('conformance', 'config-verdicts.json'), 'utf8'));

describe('the config of plugins', () => {
  it('has a valid case for every plugin, and a mistake for every plugin that can be mistaken', () => {
    const valid = new Set(cases.filter(({ issues }) => issues === undefined).map(({ plugin }) => plugin));
    const invalid = new Set(cases.filter(({ issues }) => issues !== undefined).map(({ plugin }) => plugin));
    assert.deepEqual([...valid].toSorted(), pluginNames);
    const unmistakable = pluginNames.filter((name) => !invalid.has(name));
    assert.deepEqual(unmistakable, ['grpc-gateway', 'grpc-web', 'prometheus']);
  });

  for (const { plugin, config, issues } of cases) {
    it(`${plugin} ${JSON.stringify(config)}: ${issues === undefined ? 'fine' : `${issues.length} issues`}`, () => {
      const found = checkPluginConfig(plugin, config, ['plugins', 3, 'config']);
      const told = found.map(({ path, message, severity }) => ({
        field: formatPath(path),
        message,
        ...(severity === undefined ? {} : { severity }),
      }));
      const expected = (issues ?? []).map((issue) => {
        const dot = issue.field === '' || issue.field.startsWith('[') ? '' : '.';
        return { ...issue, field: `plugins[3].config${dot}${issue.field}` };
      });
      assert.deepEqual(told, expected);
      for (const { hint } of found) assert.ok(hint !== undefined && hint !== '', 'no hint');
    });
  }

  it('is left alone where the plugin is not known', () => {
    assert.deepEqual(checkPluginConfig('no-such-plugin', { any: 'thing' }, []), []);
  });

  it('may be missing, and has to be a mapping otherwise', () => {
    for (const config of [undefined, null, {}, []])
      assert.deepEqual(checkPluginConfig('cors', config, []), []);
    for (const config of ['x', 1, true, ['x']]) {
      const [first, ...others] = checkPluginConfig('cors', config, ['config']);
      assert.deepEqual([first?.message, first?.path, others], ['expected a record', ['config'], []]);
    }
  });

  it('knows no fields but its own, whatever they are called', () => {
    const text =
      '{"toString": 1, "__proto__": 2, "constructor": {"x": 1}, "redis": {"valueOf": 1}, "minute": 5}';
    const found = checkPluginConfig('rate-limiting', JSON.parse(text), []);
    const fields = found.map(({ path }) => formatPath(path)).toSorted();
    assert.deepEqual(fields, ['__proto__', 'constructor', 'redis.valueOf', 'toString']);
  });

  it('never shows a secret', () => {
    for (const [plugin, config] of [
      ['loggly', { key: 12345678 }],
      ['session', { secret: 12345678 }],
      ['aws-lambda', { aws_key: 12345678, aws_secret: 'x' }],
      ['rate-limiting', { minute: 1, redis: { password: 12345678 } }],
      ['rate-limiting', { minute: 1, redis_password: 12345678 }],
      ['http-log', { http_endpoint: 'http://h', headers: { Authorization: 12345678 } }],
    ] as const) {
      const [first] = checkPluginConfig(plugin, config, []);
      assert.ok(first, plugin);
      assert.equal(first.got, undefined, plugin);
      assert.doesNotMatch(JSON.stringify(first), /12345678|\{got\}/);
    }
  });

  it('points to an old name where the value stands under it', () => {
    const [first] = checkPluginConfig(
      'rate-limiting',
      { minute: 1, redis_server_name: '1.2.3.4' },
      [],
    ).filter(({ severity }) => severity !== 'warning');
    assert.deepEqual([first?.path, first?.message], [['redis_server_name'], 'invalid value: 1.2.3.4']);
  });

  it('says so where a field is of another edition', () => {
    const hint = (plugin: string, config: Readonly<Record<string, unknown>>) =>
      checkPluginConfig(plugin, config, ['config']).map((finding) => finding.hint);
    const foreign = ['remove it: it is of Kong Enterprise or of a later Kong'];
    assert.deepEqual(hint('acl', { allow: ['a'], include_consumer_groups: true }), foreign);
    assert.deepEqual(hint('rate-limiting', { minute: 1, redis: { sentinel_master: 'm' } }), foreign);
    assert.deepEqual(hint('acl', { allows: ['a'], deny: ['b'] }), ['did you mean allow?']);
  });

  it('warns of old names, unless they hold what dumps list anyway', () => {
    const warnings = (plugin: string, config: Readonly<Record<string, unknown>>) =>
      checkPluginConfig(plugin, config, []).map(({ code, path, hint }) => [code, formatPath(path), hint]);
    assert.deepEqual(warnings('rate-limiting', { minute: 1, redis_host: 'r', redis_port: 6379 }), [
      ['deprecated-field', 'redis_host', 'write redis.host instead'],
    ]);
    assert.deepEqual(warnings('http-log', { http_endpoint: 'http://h', retry_count: 10, queue_size: 5 }), [
      ['deprecated-field', 'queue_size', 'write queue.max_batch_size instead'],
    ]);
    assert.deepEqual(warnings('rate-limiting', { minute: 1, redis_host: 'r', redis: { host: 'r' } }), []);
  });
});

describe('configs of plugins that Kong has judged', () => {
  const judged = rows.filter(({ what }) => /^plugins\.\d+\.config\./.test(what));

  it('are all there', () => assert.equal(judged.length, 21));

  for (const { what, accepted, config } of judged) {
    it(`${what} is ${accepted ? 'accepted' : 'refused'}`, () => {
      const [, index = '', field = ''] = /^plugins\.(\d+)\.config\.(\w+)/.exec(what) ?? [];
      const plugin = config.plugins?.[Number(index)];
      assert.ok(plugin);
      const fields = checkPluginConfig(plugin.name, plugin.config, []).map(({ path }) => formatPath(path));
      assert.deepEqual(fields, accepted ? [] : [field]);
    });
  }
});
