import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPath } from '#gateway/config/finding.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfigs } from '#gateway/config/load.js';
import { maskAt, maskConfig, maskEntity, pointerOf, stepsOf } from '#gateway/config/mask.js';
import { maskDocument, maskDocuments } from '#gateway/config/mask-document.js';
import { findSecretFields } from '#gateway/config/mask-fields.js';

const SECRET = 's3cr3t-value';

describe('maskAt', () => {
  it('masks scalars at and below the paths, and changes nothing in place', () => {
    const value = { a: { b: 'x', c: [1, { d: true }], e: null }, f: 'y' };
    const before = structuredClone(value);
    assert.deepEqual(maskAt(value, [['a']]), { a: { b: '***', c: ['***', { d: '***' }], e: null }, f: 'y' });
    assert.deepEqual(maskAt(value, [['a', 'c', 1], ['f'], ['a', 'none', 'x'], ['a', 'c', 9]]), {
      a: { b: 'x', c: [1, { d: '***' }], e: null },
      f: '***',
    });
    assert.deepEqual(value, before);
    assert.equal(maskAt(value, []), value);
  });

  it('never masks an equal value of another field', () => {
    assert.deepEqual(maskAt({ key: 'same', name: 'same' }, [['key']]), { key: '***', name: 'same' });
  });

  it('reads its own pointers', () => {
    const path = ['plugins', 'id', 'config', 'a/b', '~', '0'];
    assert.deepEqual(stepsOf(pointerOf(path)), path);
  });
});

describe('findSecretFields', () => {
  it('finds what the schemas call a secret, wherever it stands', () => {
    const config = {
      consumers: [
        {
          username: 'u',
          keyauth_credentials: [{ key: 'k' }, { key: null }],
          plugins: [{ name: 'rate-limiting', config: { redis: { password: 'p', host: 'h' } } }],
        },
      ],
      keyauth_credentials: [{ key: 'k' }],
      basicauth_credentials: [{ username: 'u', password: 'p' }],
      services: [
        {
          name: 's',
          plugins: [{ name: 'session', config: { secret: 's' } }],
          routes: [{ plugins: [{ name: 'session', config: { secret: 's' } }] }],
        },
      ],
      plugins: [
        { name: 'session', config: { secret: 's', cookie_name: 'c' } },
        { name: 'nothing-known', config: { secret: 's' } },
      ],
      certificates: [{ cert: 'c', key: 'k' }],
      _plugin_configs: { mine: { secret: 's' } },
      upstreams: [{ name: 'u', x: { _config: 'mine', name: 'session' } }],
    };
    assert.deepEqual(findSecretFields(config).map(formatPath).sort(), [
      '_plugin_configs.mine.secret',
      'basicauth_credentials[0].password',
      'certificates[0].key',
      'consumers[0].keyauth_credentials[0].key',
      'consumers[0].plugins[0].config.redis.password',
      'keyauth_credentials[0].key',
      'plugins[0].config.secret',
      'services[0].plugins[0].config.secret',
      'services[0].routes[0].plugins[0].config.secret',
    ]);
  });
});

describe('maskDocument', () => {
  const yaml = [
    '_format_version: "3.0" # as of Kong 3',
    'consumers:',
    '- username: u',
    '  keyauth_credentials:',
    `  - key: ${SECRET} # spare`,
    `  - {key: "${SECRET}", tags: [a]}`,
    '  - key: ${KEY}',
    `  - key: \${KEY:-${SECRET}}`,
    '  - key: "{vault://env/key}"',
    '  - key: ""',
    'certificates:',
    '- cert: |',
    '    -----BEGIN CERTIFICATE-----',
    '  key: |',
    `    ${SECRET}`,
    `    ${SECRET}`,
    '  tags: [b]',
    '',
  ].join('\n');

  it('masks the secrets of YAML where they stand, and nothing else', () => {
    assert.deepEqual(maskDocument(yaml).split('\n'), [
      '_format_version: "3.0" # as of Kong 3',
      'consumers:',
      '- username: u',
      '  keyauth_credentials:',
      '  - key: "***" # spare',
      '  - {key: "***", tags: [a]}',
      '  - key: ${KEY}',
      '  - key: "***"',
      '  - key: "{vault://env/key}"',
      '  - key: ""',
      'certificates:',
      '- cert: |',
      '    -----BEGIN CERTIFICATE-----',
      '  key: "***"',
      '  tags: [b]',
      '',
    ]);
  });

  it('masks what anchors and merge keys repeat', () => {
    const text = `_format_version: "3.0"\nkeyauth_credentials:\n- &k {key: &s ${SECRET}, consumer: a}\n- {key: *s, consumer: b}\n- {<<: *k, consumer: c}\n`;
    const masked = maskDocument(text);
    assert.doesNotMatch(masked, /s3cr3t/);
    assert.match(masked, /\{key: &s "\*\*\*", consumer: a\}\n- \{key: \*s, consumer: b\}/);
  });

  it('masks JSON, and several documents', () => {
    const json = JSON.stringify({ keyauth_credentials: [{ key: SECRET, consumer: 'a' }] });
    const expected = { keyauth_credentials: [{ key: '***', consumer: 'a' }] };
    assert.deepEqual(JSON.parse(maskDocument(json)), expected);
    const masked = maskDocuments(`# team a\n---\n${yaml}\n---\n${json}`);
    assert.doesNotMatch(masked, /s3cr3t/);
    assert.match(masked, /^# team a\n---\n_format_version/);
  });

  it('shows a text without secrets as it is, and none that it cannot read', () => {
    const plain = '# x\n_format_version: "3.0"\nservices: [{name: a, host: b}]\n';
    assert.equal(maskDocument(plain), plain);
    assert.equal(maskDocument('a: [\n'), '***');
  });
});

describe('what a loaded config shows', () => {
  const text = [
    '_format_version: "3.0"',
    'services:',
    '- name: a',
    '  url: http://${HOST}:8080/x',
    '  tags: [x, x, "${TAG}", y]',
    '  plugins:',
    '  - {name: session, config: {secret: "plain-s3cr3t"}}',
    '  - {name: http-log, config: {http_endpoint: "http://${HOST}/log"}}',
    'consumers:',
    '- username: u',
    '  keyauth_credentials:',
    '  - key: ${KEY}',
    '',
  ].join('\n');
  const environment = { HOST: 's3cr3t.test', KEY: SECRET, TAG: 's3cr3t-tag' };

  it('hides secrets of the file and values from outside, by field', () => {
    const { config } = loadConfigs([{ file: 'f', text }], { environment });
    assert.match(JSON.stringify(config), /s3cr3t/);
    const masked = maskConfig(config);
    assert.doesNotMatch(JSON.stringify({ ...masked, document: maskDocuments(masked.document) }), /s3cr3t/);
    const [service] = masked.services;
    assert.deepEqual([service?.name, service?.host, service?.protocol], ['a', '***', 'http']);
    assert.deepEqual(service?.tags, ['***', '***', '***']);
    assert.equal(service?.id, config.services[0]?.id);
    assert.equal(masked.consumers, config.consumers, 'what holds no secret is shared');
    const [key] = config.keyauth_credentials;
    assert.ok(key);
    assert.equal(maskEntity('keyauth_credentials', key, config.secrets).key, '***');
    assert.deepEqual(maskEntity('keyauth_credentials', key, config.secrets).consumer, key.consumer);
  });

  it('follows values through several files', () => {
    const { config } = loadConfigs(
      [
        { file: 'a', text: '_format_version: "3.0"\nservices:\n- {name: z, host: h}\n' },
        { file: 'b', text },
      ],
      { environment },
    );
    assert.doesNotMatch(JSON.stringify({ ...maskConfig(config), document: '' }), /s3cr3t/);
    assert.equal(maskConfig(config).services[0]?.host, 'h');
  });

  it('never quotes a secret in an issue', () => {
    const bad = [
      '_format_version: "3.0"',
      'consumers:',
      '- username: u',
      '  keyauth_credentials:',
      `  - key: ${SECRET}`,
      `  - key: ${SECRET}`,
      '  - key: 1234567',
      'services:',
      '- name: ${NAME}',
      '  host: ${HOST}',
      '  port: ${PORT}',
      '  connect_timeout: ${PORT}',
      '',
    ].join('\n');
    try {
      loadConfigs([{ file: 'f', text: bad }], {
        environment: { HOST: 's3cr3t host', PORT: 's3cr3t', NAME: 's3cr3t name' },
      });
      assert.fail('it must be refused');
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      const told = JSON.stringify(error.issues);
      assert.ok(error.issues.length >= 5, told);
      assert.doesNotMatch(told, /s3cr3t|1234567/);
    }
  });
});
