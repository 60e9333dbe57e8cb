import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildRouter } from '#gateway/router/build.js';
import { buildSnapshot, snapshotSteps } from '#gateway/snapshot/snapshot.js';
import type { Pace } from '#gateway/steps.js';
import { loadObject } from '../../helpers/proxy.js';
import { routeQuery } from '../../helpers/routes.js';
import { recording } from '../../helpers/tally.js';
import { upstreamsWith } from '../../helpers/upstreams.js';

interface Recorded {
  readonly config: object;
  readonly exchanges: readonly { readonly request: RecordedRequest }[];
}

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Pauses whenever it may: each look at the clock finds it an hour on. */
function hastyPace(): Pace & { readonly pauses: () => number } {
  let now = 0;
  let pauses = 0;
  return {
    now: () => {
      now += 3_600_000;
      return now;
    },
    pause: async () => {
      pauses += 1;
    },
    pauses: () => pauses,
  };
}

describe('buildSnapshot', () => {
  it('routes every recorded request as a router built at once does, however many builds take turns', async () => {
    const recorded = recording<readonly Recorded[]>('router.json');
    const configs = recorded.map(({ config }) => loadObject(config));
    const pace = hastyPace();
    const snapshots = await Promise.all(
      configs.map((config, version) => buildSnapshot(config, version, 5, upstreamsWith(), pace)),
    );
    assert.ok(pace.pauses() > 100, `${pace.pauses()} pauses`);
    let matches = 0;
    for (const [index, { exchanges }] of recorded.entries()) {
      const [snapshot, config] = [snapshots[index], configs[index]];
      assert.ok(snapshot !== undefined && config !== undefined);
      const { version, builtAt, config: kept } = snapshot;
      assert.deepEqual({ version, builtAt, kept }, { version: index, builtAt: 5, kept: config });
      const router = buildRouter(config);
      for (const { request } of exchanges) {
        const query = routeQuery({ ...request, host: request.host.toLowerCase() });
        const wanted = router.match(query);
        const found = snapshot.router.match(query);
        assert.equal(found?.route, wanted?.route);
        assert.equal(found?.prefix, wanted?.prefix);
        assert.deepEqual(found?.captures, wanted?.captures);
        if (found !== undefined) matches += 1;
      }
    }
    assert.ok(matches > 2000, `${matches} matches`);
  });

  it('takes a step for each service, and three for each route', () => {
    const routes = Array.from({ length: 300 }, (_, index) => ({ name: `r${index}`, paths: [`/${index}`] }));
    const services = Array.from({ length: 200 }, (_, index) => ({ name: `s${index}`, host: 'a.test' }));
    let count = 0;
    for (const _ of snapshotSteps(loadObject({ services, routes }), 1, 0, upstreamsWith())) count += 1;
    assert.ok(count >= 200 + 3 * 300, `${count} steps`);
  });

  it('rejects for a route that cannot be compiled', async () => {
    const config = loadObject({ routes: [{ name: 'r', paths: ['/a'] }] });
    const routes = config.routes.map((route) => ({ ...route, paths: ['~/(?=a)'] }));
    await assert.rejects(
      buildSnapshot({ ...config, routes }, 1, 0, upstreamsWith(), hastyPace()),
      /look-around/,
    );
  });
});
