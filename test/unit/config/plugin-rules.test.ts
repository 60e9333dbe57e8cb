import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPath } from '#gateway/config/finding.js';
import { checkPlugin } from '#gateway/config/plugin-rules.js';
import { pluginNames, unknownPlugin } from '#gateway/config/plugin-schemas.js';

describe('the names of plugins', () => {
  for (const [name, message, hint] of [
    ['ratelimiting', "there is no plugin 'ratelimiting'", 'did you mean rate-limiting?'],
    ['Key_Auth', "there is no plugin 'Key_Auth'", 'did you mean key-auth?'],
    ['openid-connect', 'openid-connect is a plugin of Kong Enterprise', 'use jwt instead'],
    [
      'rate-limiting-advanced',
      'rate-limiting-advanced is a plugin of Kong Enterprise',
      'use rate-limiting instead',
    ],
    ['mtls-auth', 'mtls-auth is a plugin of Kong Enterprise', 'there is nothing like it here: remove it'],
    [
      'proxy-cache-advansed',
      "there is no plugin 'proxy-cache-advansed'",
      'proxy-cache-advanced is a plugin of Kong Enterprise; use proxy-cache instead',
    ],
    [
      'roles-checker',
      "there is no plugin 'roles-checker'",
      'only the plugins that come with Kong are known; one of your own cannot be loaded: remove it',
    ],
    [
      'cors, jwt',
      "'cors, jwt' is a list of plugins, not the name of one",
      'write an entry for each plugin: - name: one, and - name: another',
    ],
  ] as const) {
    it(`${name}: ${hint}`, () => {
      assert.deepEqual(unknownPlugin(name, ['plugins', 0, 'name']), {
        code: 'unknown-plugin',
        path: ['plugins', 0, 'name'],
        message,
        hint,
      });
    });
  }

  it('are suggested for every slip of a letter', () => {
    for (const name of pluginNames.filter((known) => known.length > 5)) {
      assert.equal(unknownPlugin(`${name.slice(0, -1)}x`, []).hint, `did you mean ${name}?`);
    }
  });
});

describe('where plugins may apply', () => {
  const found = (plugin: Record<string, unknown>, path: readonly (string | number)[] = ['plugins', 0]) =>
    checkPlugin(plugin, path).map((finding) => `${formatPath(finding.path)}: ${finding.hint}`);
  const auth = { name: 'key-auth', config: {} };

  for (const [what, issues] of [
    ['everywhere', found(auth)],
    ['for a service', found({ ...auth, service: 's' })],
    ['in a route', found(auth, ['services', 0, 'routes', 0, 'plugins', 0])],
    ['for a consumer, where it can', found({ name: 'correlation-id', consumer: { username: 'bob' } })],
    ['with null for a reference', found({ ...auth, consumer: null })],
  ] as const) {
    it(`${what}: fine`, () => assert.deepEqual(issues, []));
  }

  it('refuses a consumer where there is none yet', () => {
    const hint = 'key-auth applies for a service or a route, or everywhere:';
    assert.deepEqual(found({ ...auth, consumer: 'bob' }), [`plugins[0].consumer: ${hint} remove consumer`]);
    assert.deepEqual(found(auth, ['consumers', 0, 'plugins', 0]), [
      `consumers[0].plugins[0].name: ${hint} move it out of the consumer`,
    ]);
  });

  it('refuses any scope for acme', () => {
    const acme = { name: 'acme', config: { account_email: 'a@example.com' } };
    assert.deepEqual(found(acme), []);
    assert.deepEqual(found({ ...acme, service: 's' }), [
      'plugins[0].service: acme applies everywhere: remove service',
    ]);
  });

  it('refuses protocols a plugin does not run for, and bears those of other editions', () => {
    assert.deepEqual(found({ ...auth, protocols: ['http', 'ws', 'wss'] }), []);
    assert.deepEqual(found({ name: 'file-log', config: { path: '/x' }, protocols: ['tcp'] }), []);
    assert.deepEqual(found({ ...auth, protocols: ['http', 'tcp'] }), [
      'plugins[0].protocols[1]: key-auth does not run for tcp: remove it',
    ]);
  });

  it('looks at the config too', () => {
    assert.deepEqual(found({ name: 'rate-limiting', config: {} }), [
      'plugins[0].config: add a limit: minute: 60',
    ]);
    assert.deepEqual(found({ name: 'tcp-log', config: { port: 1 } }), [
      'plugins[0].config.host: add host, without scheme and port',
    ]);
  });
});
