import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HealthChange } from '#gateway/balancer/health/health-change.js';
import { doAtOnce } from '#gateway/steps.js';
import type { UpstreamSet } from '#gateway/upstreams/upstream-set.js';
import { Upstreams } from '#gateway/upstreams/upstreams.js';
import { loadObject } from '../../helpers/proxy.js';
import { KnownNames } from '../../helpers/upstreams.js';

const PASSIVE = { passive: { unhealthy: { http_failures: 1 } } };

const at = (address: string, port?: number) => ({ address, port, weight: undefined });

function setUp(names: ConstructorParameters<typeof KnownNames>[0] = {}) {
  const resolver = new KnownNames(names);
  const upstreams = new Upstreams({ resolver });
  const build = (targets: readonly string[], fields: object = {}): UpstreamSet => {
    const list = targets.map((target) => ({ target }));
    return doAtOnce(upstreams.steps(loadObject({ upstreams: [{ name: 'u', targets: list, ...fields }] })));
  };
  return { resolver, upstreams, build };
}

/** Where ten requests go. */
function picked(set: UpstreamSet): readonly string[] {
  const places = Array.from({ length: 10 }, () => {
    const peer = set.find('u')?.pick(undefined, []);
    return peer === undefined ? 'nowhere' : `${peer.address}:${peer.port}`;
  });
  return [...new Set(places)].sort();
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('upstreams', () => {
  it('balance over names that are known as soon as they are built', () => {
    const { build } = setUp({ 'a.test': [at('10.0.0.1'), at('10.0.0.2', 81)] });
    assert.deepEqual(picked(build(['a.test:80'])), ['10.0.0.1:80', '10.0.0.2:81']);
  });

  it('follow names only while they serve', async () => {
    const { resolver, upstreams, build } = setUp({ 'a.test': [at('10.0.0.1')] });
    const first = build(['a.test:80']);
    assert.equal(resolver.followers('a.test'), 0);
    upstreams.serve(first);
    resolver.rename({ 'a.test': [at('10.0.0.9')] });
    assert.deepEqual(picked(first), ['10.0.0.9:80']);
    const second = build(['a.test:80']);
    upstreams.serve(second);
    assert.equal(resolver.followers('a.test'), 1);
    resolver.rename({ 'a.test': [at('10.0.0.7')] });
    assert.deepEqual(picked(second), ['10.0.0.7:80']);
    // Requests that began before the swap go on with what there was.
    assert.deepEqual(picked(first), ['10.0.0.9:80']);
    await upstreams.close();
    assert.equal(resolver.followers('a.test'), 0);
  });

  it('begin to serve a name that resolves later', async () => {
    const { resolver, upstreams, build } = setUp();
    const set = build(['late.test:80']);
    upstreams.serve(set);
    assert.deepEqual(picked(set), ['nowhere']);
    await settled();
    assert.equal(upstreams.healthOf('u')?.targets[0]?.dns, 'dns server error: 3 name error');
    resolver.rename({ 'late.test': [at('10.0.0.1')] });
    assert.deepEqual(picked(set), ['10.0.0.1:80']);
    assert.equal(upstreams.healthOf('u')?.targets[0]?.health, 'HEALTHCHECKS_OFF');
  });

  it('keep a name that is only looked up again as it is', async () => {
    const { upstreams, build } = setUp({ 'a.test': [at('10.0.0.1'), at('10.0.0.2')] });
    const set = build(['a.test:80']);
    upstreams.serve(set);
    const before = set.find('u')?.peers;
    await settled();
    assert.equal(set.find('u')?.peers, before);
  });

  it('keep the health of an address over swaps, and give it up with the checks', () => {
    const { upstreams, build } = setUp();
    const targets = ['10.0.0.1:80', '10.0.0.2:80'];
    upstreams.serve(build(targets, { healthchecks: PASSIVE }));
    upstreams.health.report({ upstream: 'u', ...target('10.0.0.1'), kind: 'http', status: 500 });
    const next = build([...targets, '10.0.0.3:80'], { healthchecks: PASSIVE });
    upstreams.serve(next);
    assert.deepEqual(picked(next), ['10.0.0.2:80', '10.0.0.3:80']);
    const unchecked = build(targets);
    upstreams.serve(unchecked);
    assert.deepEqual(picked(unchecked), ['10.0.0.1:80', '10.0.0.2:80']);
  });

  it('take over what another process found, also before they serve', () => {
    const { upstreams, build } = setUp();
    const change: HealthChange = {
      ...{ upstream: 'u', ...target('10.0.0.1'), state: 'UNHEALTHY', at: 0 },
      ...{ reason: 'active tcp_failures', detail: 'refused' },
    };
    upstreams.apply([change]);
    const set = build(['10.0.0.1:80', '10.0.0.2:80'], { healthchecks: PASSIVE });
    upstreams.serve(set);
    assert.deepEqual(picked(set), ['10.0.0.2:80']);
    upstreams.apply([{ ...change, state: 'HEALTHY' }]);
    assert.deepEqual(picked(set), ['10.0.0.1:80', '10.0.0.2:80']);
  });

  it('are found by their very name', () => {
    const { build } = setUp();
    assert.equal(build([]).find('U'), undefined);
  });
});

function target(address: string) {
  return { address, port: 80, hostname: address };
}
