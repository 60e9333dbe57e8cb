import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CheckResult } from '#gateway/balancer/health/check-result.js';
import { probeRequest } from '#gateway/balancer/health/probe-request.js';
import { HealthRegistry } from '#gateway/balancer/health/registry.js';
import { checkedUpstream, target } from '../../../helpers/health.js';
import { root } from '../../../helpers/root.js';

interface Scenario {
  readonly name: string;
  readonly config: {
    readonly upstreams?: readonly [
      {
        readonly healthchecks: object;
        readonly host_header?: string;
        readonly targets: readonly { target: string }[];
      },
    ];
  };
  readonly exchanges: readonly { readonly what: string; readonly data?: unknown }[];
}

const file = join(root, 'test', 'fixtures', 'conformance', 'data-plane', '02-health.json');
const SCENARIOS = JSON.parse(readFileSync(file, 'utf8')) as readonly Scenario[];

const address = target(31201);

/** The scenario's first upstream, held by a registry of its own. */
function stage({ config }: Scenario) {
  const [given] = config.upstreams ?? [];
  assert.ok(given);
  const fields = given.host_header === undefined ? {} : { host_header: given.host_header };
  const upstream = checkedUpstream(given.healthchecks, fields);
  const registry = new HealthRegistry({ now: Date.now });
  registry.retain(upstream, [address]);
  const state = () => registry.get(upstream.name, address);
  return { upstream, registry, state, target: given.targets[0]?.target ?? '' };
}

/** What a probe sees of an upstream that the recording describes by one word. */
function seen(word: string): CheckResult {
  if (word === 'refused') return { kind: 'tcp' };
  if (word === 'timeout') return { kind: 'timeout' };
  return {
    kind: 'http',
    status: word === 'garbage' ? 0 : word === 'good' || word === 'listen' ? 200 : Number(word),
  };
}

const FLIP = /^upstream now (\w+): becomes (\w+)$/;
/** More probes than any recorded count. */
const MANY = 20;

describe("Kong's recorded flips by probes", () => {
  for (const scenario of SCENARIOS.filter(({ name }) => name.startsWith('flips: '))) {
    it(scenario.name, () => {
      const { upstream, registry, state } = stage(scenario);
      const { active } = upstream.healthchecks;
      const probe = (word: string): void => {
        const rules = state() === 'HEALTHY' ? active.healthy : active.unhealthy;
        if (rules.interval > 0) registry.reportProbe(upstream.name, address, seen(word));
      };
      for (const { what, data } of scenario.exchanges) {
        const [, word = 'good', wanted] = FLIP.exec(what) ?? [];
        let probes = 0;
        while (probes < MANY && state() !== wanted) {
          probe(word);
          probes += 1;
        }
        if (wanted === undefined) assert.deepEqual({ '127.0.0.1:31201': state() }, data);
        else if (typeof data === 'string') assert.equal(probes, MANY, what);
        else assert.deepEqual({ became: state(), probes_counted: probes }, data, what);
      }
    });
  }
});

describe("Kong's recorded flips by requests", () => {
  const REQUESTS = /^upstream (\w+): status and state after each request$/;
  for (const scenario of SCENARIOS.filter(({ name }) => name.startsWith('passive: '))) {
    it(scenario.name, () => {
      const { upstream, registry, state } = stage(scenario);
      for (const { what, data } of scenario.exchanges) {
        const word = REQUESTS.exec(what)?.[1];
        if (word === undefined) continue;
        for (const [, expected] of data as readonly [number, string][]) {
          const result = seen(word);
          // Without a healthy target no request reaches one.
          if (state() !== 'UNHEALTHY' && result.kind !== 'connected') {
            registry.report({ upstream: upstream.name, ...address, ...result });
          }
          assert.equal(state(), expected, what);
        }
      }
    });
  }
});

describe("Kong's recorded probes", () => {
  interface Probe {
    readonly method: string;
    readonly url: string;
    readonly version: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly tls?: { readonly servername: string };
  }
  for (const scenario of SCENARIOS) {
    const probe = scenario.exchanges.find(({ what }) => what === 'first probe')?.data as Probe | undefined;
    if (probe === undefined) continue;
    it(scenario.name, () => {
      const { upstream, target: text } = stage(scenario);
      const request = probeRequest(upstream, { ...address, hostname: text.replace(/:\d+$/, '') });
      const headers = probe.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      assert.equal(request.head, `${probe.method} ${probe.url} ${probe.version}\r\n${headers}\r\n`);
      // Kong sends an IP address as server name, which RFC 6066 forbids.
      const servername = probe.tls?.servername === '127.0.0.1' ? undefined : probe.tls?.servername;
      assert.equal(request.tls?.servername, servername);
      assert.equal(request.tls !== undefined, probe.tls !== undefined);
      assert.equal(request.timeout, 200);
    });
  }
});
