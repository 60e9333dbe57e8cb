import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isMapping } from '#gateway/config/finding.js';
import { pluginInfo, pluginNames, pluginSchema } from '#gateway/config/plugin-schemas.js';
import { fixture, root } from '../../helpers/root.js';

const folder = join(root, 'schemas');

function document(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** Every field of a schema, at any depth, with its path. */
function* fieldsIn(schema: unknown, path: string): Generator<readonly [string, Record<string, unknown>]> {
  if (!isMapping(schema)) return;
  const { properties, items, additionalProperties } = schema;
  for (const [name, field] of Object.entries(isMapping(properties) ? properties : {})) {
    if (!isMapping(field)) continue;
    yield [`${path}.${name}`, field];
    yield* fieldsIn(field, `${path}.${name}`);
  }
  yield* fieldsIn(items, `${path}[]`);
  yield* fieldsIn(additionalProperties, `${path}.*`);
}

describe('the schemas of plugins', () => {
  it('are those of the plugins Kong brings along', () => {
    const recorded = JSON.parse(readFileSync(fixture('conformance', 'admin-api.json'), 'utf8'));
    const enabled = recorded.exchanges.find(({ path }: { path: string }) => path === '/plugins/enabled');
    assert.deepEqual(pluginNames, enabled.answer.enabled_plugins.toSorted());
  });

  it('have a file each', () => {
    const files = readdirSync(join(folder, 'plugins')).map((file) => file.replace('.schema.json', ''));
    assert.deepEqual(files.toSorted(), pluginNames);
    assert.equal(pluginSchema('no-such-plugin'), undefined);
    assert.equal(pluginSchema('__proto__'), undefined);
    assert.equal(pluginInfo('no-such-plugin'), undefined);
  });

  for (const name of pluginNames) {
    it(`${name}: describes every field and says its default`, () => {
      const schema = pluginSchema(name);
      const fields = [...fieldsIn(schema, name)];
      assert.ok(fields.length > 0);
      for (const [path, field] of fields) {
        assert.equal(typeof field['description'], 'string', `${path} has no description`);
        assert.ok(field['type'] !== undefined, `${path} has no type`);
        const record = field['x-kind'] === 'record';
        const inList = path.includes('[]') || path.includes('.*');
        const known = 'default' in field || record || inList || 'x-replaced-by' in field;
        assert.ok(known || 'x-required-hint' in field, `${path} has no default`);
      }
    });
  }

  it('refuse unknown fields at every level', () => {
    for (const name of pluginNames) {
      const records = [
        ['', pluginSchema(name)] as const,
        ...[...fieldsIn(pluginSchema(name), name)].filter(([, field]) => field['x-kind'] === 'record'),
      ];
      for (const [path, record] of records) assert.equal(record?.['unevaluatedProperties'], false, path);
    }
  });

  it('mark what is secret', () => {
    const secret = (name: string) =>
      [...fieldsIn(pluginSchema(name), '')]
        .filter(([, field]) => field['x-secret'] === true)
        .map(([path]) => path);
    assert.deepEqual(secret('rate-limiting'), ['.redis.password', '.redis_password']);
    assert.deepEqual(secret('aws-lambda'), ['.aws_key', '.aws_secret']);
    assert.deepEqual(secret('session'), ['.secret']);
    assert.deepEqual(secret('key-auth'), []);
  });

  it('say for what a plugin can be', () => {
    assert.deepEqual(pluginInfo('key-auth'), {
      protocols: ['grpc', 'grpcs', 'http', 'https'],
      allowedProtocols: ['grpc', 'grpcs', 'http', 'https'],
      scopes: ['service', 'route'],
    });
    assert.deepEqual(pluginInfo('ip-restriction')?.protocols, [
      'http',
      'https',
      'tcp',
      'tls',
      'grpc',
      'grpcs',
    ]);
    assert.deepEqual(pluginInfo('acme')?.scopes, []);
    assert.deepEqual(pluginInfo('rate-limiting')?.scopes, ['service', 'route', 'consumer', 'consumer_group']);
  });

  it('are read once and cannot be changed', () => {
    assert.equal(pluginSchema('cors'), pluginSchema('cors'));
    assert.ok(Object.isFrozen(pluginSchema('cors')));
    assert.ok(Object.isFrozen(pluginSchema('cors')?.['properties']));
  });
});

describe('plugin-configs.schema.json, for editors', () => {
  const ajv = new Ajv2020({ strict: false });
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')))
    ajv.addSchema(document(file), file);
  for (const name of pluginNames)
    ajv.addSchema(document(`plugins/${name}.schema.json`), `plugins/${name}.schema.json`);

  it('lists every plugin', () => {
    const { properties, allOf } = document('plugin-configs.schema.json');
    assert.deepEqual(properties, { name: { enum: pluginNames } });
    assert.deepEqual(
      allOf,
      pluginNames.map((name) => ({
        if: { required: ['name'], properties: { name: { const: name } } },
        // biome-ignore lint/suspicious/noThenProperty: this is JSON Schema's keyword.
        then: { properties: { config: { $ref: `plugins/${name}.schema.json` } } },
      })),
    );
  });

  it('decides by its name what the config of a plugin may hold, wherever the plugin stands', () => {
    const validate = ajv.getSchema('kong.schema.json');
    assert.ok(validate);
    const files = (plugin: unknown): readonly unknown[] => [
      { _format_version: '3.0', plugins: [plugin] },
      { _format_version: '3.0', services: [{ name: 's', url: 'http://s', plugins: [plugin] }] },
    ];
    for (const file of files({ name: 'rate-limiting', config: { minute: 5 } })) {
      assert.equal(validate(file), true, JSON.stringify(validate.errors));
    }
    for (const plugin of [
      { name: 'rate-limiting', config: { minute: 'x' } },
      { name: 'rate-limiting', config: { origins: ['*'] } },
      { name: 'ratelimiting', config: {} },
      { name: 'http-log', config: { http_endpoint: 'http://h', queue: { nope: 1 } } },
    ]) {
      for (const file of files(plugin)) assert.equal(validate(file), false, JSON.stringify(plugin));
    }
  });
});
