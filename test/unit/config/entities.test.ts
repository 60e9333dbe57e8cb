import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfig } from '#gateway/config/load.js';
import { unexecuted } from '#gateway/config/unexecuted.js';
import { makeCertificate } from '../../helpers/certificate.js';

function load(value: Readonly<Record<string, unknown>>): GatewayConfig {
  return loadConfig({
    file: 'kong.json',
    text: JSON.stringify({ _format_version: '3.0', ...value }, null, 1),
  });
}

function refused(value: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    load(value);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues
      .filter(({ severity }) => severity === 'error')
      .map(({ path, message }) => `${path}: ${message}`);
  }
}

const CERTIFICATE = '00000000-0000-4000-8000-00000000000c';
const server = makeCertificate({ commonName: 'a.test' });

describe('entities of all kinds', () => {
  it('are flat in the end, whether they were nested or not', () => {
    const nested = load({
      services: [
        { name: 's', host: 'u', routes: [{ name: 'r', paths: ['/'], plugins: [{ name: 'cors' }] }] },
      ],
      upstreams: [{ name: 'u', targets: [{ target: '10.0.0.1:80' }] }],
      consumers: [
        {
          username: 'c',
          keyauth_credentials: [{ key: 'k' }],
          acls: [{ group: 'g' }],
          jwt_secrets: [{ key: 'j' }],
        },
      ],
      certificates: [{ id: CERTIFICATE, cert: server.cert, key: server.key, snis: [{ name: 'a.test' }] }],
    });
    const flat = load({
      services: [{ name: 's', host: 'u' }],
      routes: [{ name: 'r', paths: ['/'], service: { name: 's' } }],
      plugins: [{ name: 'cors', route: 'r' }],
      upstreams: [{ name: 'u' }],
      targets: [{ target: '10.0.0.1:80', upstream: 'u' }],
      consumers: [{ username: 'c' }],
      keyauth_credentials: [{ key: 'k', consumer: 'c' }],
      acls: [{ group: 'g', consumer: { id: nested.consumers[0]?.id } }],
      jwt_secrets: [{ key: 'j', consumer: 'c' }],
      certificates: [{ id: CERTIFICATE, cert: server.cert, key: server.key }],
      snis: [{ name: 'a.test', certificate: CERTIFICATE }],
    });
    const withoutIds = ({ document: _, hash: __, secrets: ___, ...config }: GatewayConfig): unknown =>
      JSON.parse(
        JSON.stringify(config, (key, value: unknown) => (key === 'id' || key === 'secret' ? '' : value)),
      );
    assert.deepEqual(withoutIds(flat), withoutIds(nested));
    assert.equal(nested.plugins[0]?.route?.id, nested.routes[0]?.id);
    assert.equal(nested.targets[0]?.upstream.id, nested.upstreams[0]?.id);
    assert.equal(flat.snis[0]?.certificate.id, CERTIFICATE);
  });

  it('get the ids Kong gives them', () => {
    const { consumers, acls, targets, plugins, upstreams } = load({
      services: [{ name: 'orders', host: 'o' }],
      upstreams: [{ name: 'pool.up', targets: [{ target: '127.0.0.1:19003' }] }],
      consumers: [{ username: 'bob', acls: [{ group: 'g1' }] }],
      plugins: [{ name: 'key-auth', service: 'orders' }],
    });
    assert.equal(consumers[0]?.id, 'def4f7d3-9863-5ad2-8fa9-c949bf26f55e');
    assert.equal(acls[0]?.id, 'b28f5018-192e-599c-ad0a-600321305d58');
    assert.equal(upstreams[0]?.id, '5941f4d0-ab9a-5907-a9c2-1bc0bd411043');
    assert.equal(targets[0]?.id, '39f1ed34-f540-5beb-9d6d-753bae2577cc');
    assert.equal(plugins[0]?.id, '9abb6aa7-ac73-5eaf-84ca-bc24b9de31f9');
  });

  it('have ids of their own that stay, where Kong draws them at random', () => {
    const config = { consumers: [{ username: 'c', keyauth_credentials: [{ key: 'a' }, { key: 'b' }] }] };
    const ids = load(config).keyauth_credentials.map(({ id }) => id);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(
      load(config).keyauth_credentials.map(({ id }) => id),
      ids,
    );
  });

  it('have passwords hashed with the id of their consumer, unless _transform says no', () => {
    const consumers = [{ username: 'c', basicauth_credentials: [{ username: 'n', password: 'pw' }] }];
    const hashed = load({ consumers });
    const expected = createHash('sha1').update(`pw${hashed.consumers[0]?.id}`).digest('hex');
    assert.equal(hashed.basicauth_credentials[0]?.password, expected);
    assert.equal(load({ _transform: false, consumers }).basicauth_credentials[0]?.password, 'pw');
  });

  it('have keys made up where they have none, the same after a reload', () => {
    const config = { consumers: [{ username: 'c', keyauth_credentials: [{}] }] };
    const [credential] = load(config).keyauth_credentials;
    assert.match(credential?.key ?? '', /^[\w-]{32}$/);
    assert.equal(load(config).hash, load(config).hash);
  });

  it('know the members of a group from both sides', () => {
    const { consumers, consumer_groups: groups } = load({
      consumers: [{ username: 'a', groups: [{ name: 'gold' }] }, { username: 'b' }],
      consumer_groups: [{ name: 'gold', consumers: ['b', { username: 'a' }] }],
    });
    assert.deepEqual(groups[0]?.consumers.map(({ id }) => id).sort(), consumers.map(({ id }) => id).sort());
  });

  it('balance as their hash says, as in Kong', () => {
    const { upstreams } = load({
      upstreams: [
        { name: 'a', hash_on: 'ip' },
        { name: 'b', algorithm: 'least-connections', hash_on: 'ip' },
        { name: 'c', algorithm: 'consistent-hashing', hash_on: 'none' },
        { name: 'd', algorithm: 'consistent-hashing' },
      ],
    });
    assert.deepEqual(
      upstreams.map(({ algorithm, hash_on: on }) => [algorithm, on]),
      [
        ['consistent-hashing', 'ip'],
        ['least-connections', 'none'],
        ['round-robin', 'none'],
        ['consistent-hashing', 'none'],
      ],
    );
  });

  it('leave the method of a gRPC call in its path', () => {
    const { routes } = load({ routes: [{ name: 'g', protocols: ['grpc'], paths: ['/hello.Hello'] }] });
    assert.equal(routes[0]?.strip_path, false);
  });

  it('may be told where they stand, if it is true', () => {
    const acls = (consumer: string) => ({
      consumers: [{ username: 'a', acls: [{ group: 'g', consumer }] }, { username: 'b' }],
    });
    assert.deepEqual(refused(acls('a')), []);
    assert.match(refused(acls('b')).join(), /^consumers\[0\]\.acls\[0\]\.consumer: value must be null/);
  });
});

describe('what only one entity may have', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    [
      'the same global plugin twice',
      { plugins: [{ name: 'cors' }, { name: 'cors' }] },
      /^plugins\[1\]\.name: the same plugin twice: "cors" stands already at kong\.json:\d+:\d+$/,
    ],
    [
      'a plugin for the same service, nested and by name',
      {
        services: [{ name: 's', host: 'a', plugins: [{ name: 'cors' }] }],
        plugins: [{ name: 'cors', service: 's' }],
      },
      /^plugins\[0\]\.name: the same plugin twice: "cors" for service "s"/,
    ],
    [
      'the same target of an upstream twice',
      { upstreams: [{ name: 'u', targets: [{ target: 'a:80' }, { target: 'a:80' }] }] },
      /^upstreams\[0\]\.targets\[1\]\.target: the same target twice/,
    ],
    [
      'the same key of two consumers, which is not shown',
      {
        consumers: [
          { username: 'a', keyauth_credentials: [{ key: 'hunter2' }] },
          { username: 'b', keyauth_credentials: [{ key: 'hunter2' }] },
        ],
      },
      /^consumers\[1\]\.keyauth_credentials\[0\]\.key: duplicate key: another key-auth credential/,
    ],
    [
      'the same server name for two certificates',
      {
        certificates: [
          { cert: server.cert, key: server.key, snis: [{ name: 'a.test' }] },
          { cert: server.cert, key: server.key, snis: [{ name: 'a.test' }] },
        ],
      },
      /^certificates\[1\]\.snis\[0\]\.name: duplicate name "a\.test"/,
    ],
  ];
  for (const [what, config, message] of cases) {
    it(`is refused: ${what}`, () => {
      const [first, ...rest] = refused(config);
      assert.match(first ?? '', message);
      assert.deepEqual(rest, []);
    });
  }

  it('is no target of another upstream, and no plugin for another service', () => {
    const targets = [{ target: 'a:80' }];
    const plugins = [{ name: 'cors' }];
    assert.deepEqual(
      refused({
        upstreams: [
          { name: 'u', targets },
          { name: 'v', targets },
        ],
        services: [
          { name: 's', host: 'a', plugins },
          { name: 't', host: 'a', plugins },
        ],
        plugins,
      }),
      [],
    );
  });
});

describe('fields that every JavaScript object seems to have', () => {
  for (const name of ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf']) {
    it(`are unknown like any other: ${name}`, () => {
      const odd = { [name]: 1 };
      assert.deepEqual(refused({ ...odd, services: [{ name: 's', host: 'a', ...odd }] }), [
        `${name}: unknown field`,
        `services[0].${name}: unknown field`,
      ]);
      assert.deepEqual(refused({ upstreams: [{ name: 'u', healthchecks: { active: odd } }] }), [
        `upstreams[0].healthchecks.active.${name}: unknown field`,
      ]);
    });
  }
});

describe('what nothing executes yet', () => {
  it('is announced once a kind', () => {
    const config = load({
      services: [
        { name: 's', host: 'a' },
        { name: 'g', host: 'a', protocol: 'grpc' },
        { name: 'u', host: 'a', port: 1, protocol: 'udp' },
      ],
      routes: [
        { name: 'r', paths: ['/'] },
        { name: 't', protocols: ['tcp'], destinations: [{ port: 1 }] },
      ],
      plugins: [{ name: 'cors' }, { name: 'prometheus' }],
      vaults: [{ name: 'env', prefix: 'mine' }],
    });
    assert.deepEqual(unexecuted(config), [
      'services: 1 loaded, not served by this version (udp)',
      'routes: 1 loaded, not served by this version (tcp)',
      'plugins: 2 loaded, not executed by this version',
    ]);
  });
});
