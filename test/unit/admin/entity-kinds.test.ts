import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildRoutingTable } from '#gateway/admin/endpoints.js';
import { EntityIndex } from '#gateway/admin/entity-index.js';
import { ENTITY_KINDS } from '#gateway/admin/entity-kinds.js';
import { loadConfig } from '#gateway/config/load.js';
import { snapshotSteps } from '#gateway/snapshot/snapshot.js';
import { doAtOnce } from '#gateway/steps.js';
import { makeCertificate } from '../../helpers/certificate.js';
import { upstreamsWith } from '../../helpers/upstreams.js';
import { sampleRequest, sampleView } from './sample.js';

const server = makeCertificate({ commonName: 'a.test' });
const config = loadConfig({
  file: 'kong.json',
  text: JSON.stringify({
    _format_version: '3.0',
    services: [{ name: 's', host: 'u', plugins: [{ name: 'cors' }] }],
    upstreams: [
      {
        name: 'u',
        targets: [{ target: '10.0.0.1:80', weight: 7 }, { target: '[::1]:81' }, { target: 'b.test' }],
      },
      { name: 'v', targets: [{ target: '10.0.0.1:80', weight: 9 }] },
    ],
    consumers: [
      {
        username: 'bob',
        keyauth_credentials: [{ key: 'hunter2' }],
        basicauth_credentials: [{ username: 'bob', password: 'hunter2' }],
        jwt_secrets: [{ key: 'bob', secret: 'hunter2' }],
      },
    ],
    certificates: [
      {
        ...server,
        privateKey: undefined,
        commonName: undefined,
        snis: [{ name: 'b.test' }, { name: 'a.test' }],
      },
    ],
  }),
});
const upstreams = upstreamsWith();
const snapshot = doAtOnce(snapshotSteps(config, 1, 1_700_000_000_126, upstreams));
upstreams.serve(snapshot.upstreams);
const table = buildRoutingTable(ENTITY_KINDS);

function read(target: string, showSecrets = false): { readonly status: number; readonly body: unknown } {
  const entities = new EntityIndex(snapshot, showSecrets);
  const view = sampleView({ snapshot, showSecrets, entities, health: upstreams });
  const { status, body } = table.answer(sampleRequest('GET', target), view);
  return { status, body };
}

/** One member of the answer, or of every row of it. */
function pick(target: string, member: string): unknown {
  const { status, body } = read(target);
  assert.equal(status, 200, target);
  assert.ok(typeof body === 'object' && body !== null);
  if (!('data' in body && Array.isArray(body.data))) return Reflect.get(body, member);
  return body.data.map((row: object) => Reflect.get(row, member));
}

describe('every kind of entity in the Admin API', () => {
  const paths: readonly (readonly [string, string, unknown])[] = [
    ['/consumers/bob/key-auth', 'key', ['***']],
    ['/key-auths', 'key', ['***']],
    ['/consumers/bob/basic-auth/bob', 'username', 'bob'],
    ['/basic-auths/bob/consumer', 'username', 'bob'],
    ['/jwts/bob', 'secret', '***'],
    ['/consumers/bob/jwt', 'key', ['bob']],
    ['/services/s/plugins', 'name', ['cors']],
    ['/upstreams/v/targets/10.0.0.1:80', 'weight', 9],
    ['/upstreams/u/targets/10.0.0.1:80', 'weight', 7],
    ['/certificates/a.test', 'snis', ['a.test', 'b.test']],
    ['/certificates/a.test', 'key', '***'],
    ['/snis/a.test/certificate', 'cert', server.cert],
  ];
  for (const [path, member, expected] of paths) {
    it(`is found at ${path}`, () => assert.deepEqual(pick(path, member), expected));
  }

  it('shows no secret anywhere, unless it is asked to', () => {
    const targets = [...table.patterns].filter(
      (pattern) => !pattern.includes('{') && !pattern.includes('schemas'),
    );
    const all = (shown: boolean) => JSON.stringify(targets.map((target) => read(target, shown).body));
    assert.doesNotMatch(all(false), /hunter2|PRIVATE KEY/);
    assert.match(all(true), /hunter2/);
    assert.match(all(true), /PRIVATE KEY/);
  });

  it('dates targets to the millisecond, and other entities to the second', () => {
    assert.deepEqual(pick('/upstreams/v/targets', 'created_at'), [1_700_000_000.126]);
    assert.deepEqual(pick('/consumers/bob', 'created_at'), 1_700_000_000);
    assert.equal(pick('/key-auths', 'updated_at')?.toString(), '');
  });

  it('leaves out what Kong has no word for where it is not set', () => {
    const { body } = read('/plugins');
    assert.doesNotMatch(JSON.stringify(body), /consumer_group/);
    assert.match(JSON.stringify(body), /"consumer":null/);
  });

  it('shows the health of targets', () => {
    const states: readonly unknown[] = [pick('/upstreams/u/health', 'health')].flat();
    assert.deepEqual([...states].sort(), ['DNS_ERROR', 'HEALTHCHECKS_OFF', 'HEALTHCHECKS_OFF']);
    const places = pick('/upstreams/u/health', 'data');
    assert.ok(Array.isArray(places));
    assert.deepEqual(places.map(({ host, port }) => `${host} ${port}`).sort(), [
      '10.0.0.1 80',
      '[0000:0000:0000:0000:0000:0000:0000:0001] 81',
      'b.test 8000',
    ]);
    assert.equal(read('/upstreams/nope/health').status, 404);
  });

  it('has a schema, as do plugins', () => {
    for (const { name, rules } of ENTITY_KINDS) {
      assert.equal(read(`/schemas/${name}`).status, rules === null ? 404 : 200, name);
    }
    assert.equal(read('/schemas/plugins/cors').status, 200);
    assert.equal(read('/schemas/plugins/nope').status, 404);
  });
});
