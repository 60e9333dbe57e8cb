import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doAtOnce } from '#gateway/steps.js';
import { PeerAttempts } from '#gateway/upstreams/peer-attempts.js';
import { Upstreams } from '#gateway/upstreams/upstreams.js';
import { loadObject } from '../../helpers/proxy.js';
import { KnownNames } from '../../helpers/upstreams.js';

const CHECKED = { passive: { unhealthy: { http_failures: 1 } } };

/** An upstream of so many targets, the attempts of a request there, and what they report. */
function setUp(count: number, healthchecks: object = CHECKED, fields: object = {}) {
  const reports: string[] = [];
  const upstreams = new Upstreams({
    resolver: new KnownNames(),
    report: (report) => reports.push('status' in report ? `http ${report.status}` : report.kind),
  });
  const targets = Array.from({ length: count }, (_, index) => ({ target: `10.0.0.${index + 1}:80` }));
  const set = doAtOnce(
    upstreams.steps(loadObject({ upstreams: [{ name: 'u', targets, healthchecks, ...fields }] })),
  );
  upstreams.serve(set);
  const upstream = set.find('u');
  assert.ok(upstream !== undefined);
  const inFlight = () => upstream.peers.reduce((sum, { state }) => sum + state.inFlight, 0);
  return { attempts: new PeerAttempts(upstream, undefined), upstream, reports, inFlight };
}

describe('attempts at peers', () => {
  it('go to a peer that was not tried, and where none is left to any', () => {
    // One and the same peer each time, if it were not for the tried ones.
    const { attempts } = setUp(3, CHECKED, { algorithm: 'consistent-hashing', hash_on: 'ip' });
    const tried = [1, 2, 3].map(() => {
      const peer = attempts.next();
      attempts.failed(false, true);
      return peer?.address;
    });
    assert.equal(new Set(tried).size, 3);
    assert.ok(attempts.next() !== undefined);
  });

  it('count as under way until they are over, once', () => {
    const { attempts, inFlight } = setUp(2);
    attempts.next();
    assert.equal(inFlight(), 1);
    attempts.failed(false, true);
    attempts.next();
    attempts.answered(200);
    assert.equal(inFlight(), 1);
    attempts.end();
    attempts.end();
    assert.equal(inFlight(), 0);
  });

  it('give up their count without an answer', () => {
    const { attempts, inFlight } = setUp(1);
    attempts.next();
    attempts.end();
    assert.equal(inFlight(), 0);
    attempts.end();
    assert.equal(inFlight(), 0);
  });

  it('report answers, a 504 as a timeout, and failures that another attempt follows', () => {
    const { attempts, reports } = setUp(1);
    attempts.next();
    attempts.failed(false, true);
    attempts.next();
    attempts.failed(true, true);
    attempts.next();
    attempts.failed(true, false);
    attempts.next();
    attempts.failed(false, false);
    attempts.next();
    attempts.answered(500);
    attempts.answered(504);
    assert.deepEqual(reports, ['tcp', 'timeout', 'timeout', 'http 500', 'timeout']);
  });

  it('report nothing where nothing is checked', () => {
    const { attempts, reports } = setUp(1, {});
    attempts.next();
    attempts.answered(500);
    assert.deepEqual(reports, []);
  });

  it('find no peer where none is available, and count nothing then', () => {
    const { attempts, upstream, inFlight } = setUp(1);
    for (const { state } of upstream.peers) state.available = false;
    assert.equal(attempts.next(), undefined);
    attempts.end();
    assert.equal(inFlight(), 0);
  });
});
