import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Prober } from '#gateway/balancer/health/prober.js';
import { ConfigError } from '#gateway/config/issue.js';
import { BALANCING_DIFFERENCES, BALANCING_SKIPPED } from '../helpers/balancing-differences.js';
import { askAdmin, comparable } from '../helpers/balancing-replay.js';
import { recordingLog } from '../helpers/gateway.js';
import { PortMap } from '../helpers/port-map.js';
import { loadObject, RunningProxy } from '../helpers/proxy.js';
import { exchange, type RawAnswer } from '../helpers/raw-client.js';
import { answerProblems, type RecordedExchange, type RecordedScenario } from '../helpers/stream-recording.js';
import { SwitchableUpstream } from '../helpers/switchable-upstream.js';
import { recording, Tally } from '../helpers/tally.js';
import { waitFor } from '../helpers/wait-for.js';

const RECORDING = 'data-plane/02-health.json';
const GATEWAY_PORT = 38_000;
const REQUEST = 'GET /r HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n';
/** What never happens in so many probes, or in so many milliseconds where nothing is probed, was recorded as never. */
const NEVER_PROBES = 5;
const NEVER_MILLISECONDS = 400;

type Row = RecordedExchange & { readonly data?: unknown; readonly body?: unknown };
interface Upstream {
  readonly healthchecks?: { readonly active?: { readonly http_path?: string } };
  readonly targets: readonly { readonly target: string; readonly weight?: number }[];
}
type Config = { readonly services: readonly object[]; readonly upstreams: readonly Upstream[] };
type Scenario = RecordedScenario<Row> & { readonly config: Config };

describe("health checks, on Kong's recordings", () => {
  const scenarios = recording<readonly Scenario[]>('data-plane', '02-health.json');
  const tally = new Tally(RECORDING, BALANCING_DIFFERENCES, BALANCING_SKIPPED);
  const { log } = recordingLog();
  let upstreams: ReadonlyMap<number, SwitchableUpstream>;
  let ports: PortMap;
  let proxy: RunningProxy;
  let prober: Prober;
  let last: readonly RawAnswer[];

  beforeEach(async () => {
    ports = new PortMap();
    const started = [31_201, 31_202, 31_203].map(async (port) => {
      const upstream = await SwitchableUpstream.start(port);
      ports.add(port, upstream.port);
      return [port, upstream] as const;
    });
    upstreams = new Map(await Promise.all(started));
    proxy = await RunningProxy.start();
    ports.add(GATEWAY_PORT, proxy.port);
    prober = new Prober({ registry: proxy.upstreams.health, log });
    last = [];
  });
  afterEach(async () => {
    await prober.close();
    await proxy.close();
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
  });

  for (const scenario of scenarios) {
    if (tally.skips(scenario.name, scenario.exchanges.length)) continue;
    it(scenario.name, async () => {
      if (!scenario.exchanges.some(({ what }) => what === 'POST /config')) await serve(scenario.config);
      await prepare(scenario);
      for (const row of scenario.exchanges) await playRow(scenario, row);
    });
  }

  it('come out as recorded, or differ where they are meant to', (t) => tally.report(t));

  async function serve(config: object): Promise<void> {
    proxy.swap(ports.config(config));
    // That a name leads nowhere is told right after.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What was done before the first row. */
  async function prepare({ name }: Scenario): Promise<void> {
    if (name.startsWith('flips: own statuses')) return;
    if (name === 'health across POST /config') await makeUnhealthy(31_201);
    if (name === 'threshold 0, all unhealthy') for (const port of [31_201, 31_202]) await makeUnhealthy(port);
    if (name.startsWith('passive unhealthy')) at(31_201).requests = '500';
  }

  function at(port: number): SwitchableUpstream {
    const upstream = upstreams.get(port);
    assert.ok(upstream !== undefined);
    return upstream;
  }

  /** By traffic alone: every other target answers well meanwhile. */
  async function makeUnhealthy(port: number): Promise<void> {
    await at(port).set('500');
    for (let count = 0; count < 10 && states()[`127.0.0.1:${port}`] === 'HEALTHY'; count += 1)
      await exchange(proxy.port, [REQUEST]);
    await at(port).set('good');
  }

  /** The state of each target, by its recorded address. */
  function states(): Readonly<Record<string, string>> {
    const targets = proxy.upstreams.healthOf('u.up')?.targets ?? [];
    return Object.fromEntries(targets.map(({ target, health }) => [ports.toRecorded(target), health]));
  }

  async function playRow(scenario: Scenario, row: Row): Promise<void> {
    const { name: scenarioName } = scenario;
    const { what } = row;
    const add = (status: number, problems: readonly string[]) =>
      tally.add({ scenario: scenarioName, what, status, problems });
    if (what === 'last answer') return add(row.status ?? 0, answerProblems(row, last));
    if (what === 'POST /config') {
      assert.throws(() => loadObject(scenario.config), ConfigError);
      return add(400, []);
    }
    const admin = /^admin (\w+) (\S+)$/.exec(what);
    if (admin !== null) {
      const [, method = '', path = ''] = admin;
      const config = ports.config(scenario.config);
      const { status, body } = askAdmin(method, ports.toReal(path), config, proxy.upstreams);
      const ours: unknown = JSON.parse(ports.toRecorded(JSON.stringify(body)));
      // Of one upstream only the checks were recorded.
      const shown = what.endsWith('/upstreams/u.up') ? shownOf(row.body, ours) : ours;
      return add(status, differing([row.status, comparable(row.body)], [status, comparable(shown)]));
    }
    const ask = ASKED.find(([pattern]) => pattern.test(what))?.[1];
    assert.ok(ask !== undefined, `nobody knows how to play "${what}"`);
    return add(200, differing(row.data, await ask(scenario, row)));
  }

  type Ask = (scenario: Scenario, row: Row) => unknown;

  const ASKED: readonly (readonly [RegExp, Ask])[] = [
    [/^upstream now (\S+): becomes/, flip],
    [/^upstream (\S+): status and state after each request$/, requests],
    [/^request$/, async () => (await exchange(proxy.port, [REQUEST]))[0]?.status],
    [/^4 requests$/, fourRequests],
    [/^healthy again within 1.5 s by probes$/, () => becomes({ '127.0.0.1:31201': 'HEALTHY' })],
    [/^probes in the 2.5 s after the upstream was removed/, probesAfterwards],
    [/^made unhealthy by traffic$/, statesAfter(() => makeUnhealthy(31_201))],
    [/^same config posted again$/, statesAfter(({ config }) => serve(config))],
    [
      /^another service added$/,
      statesAfter(({ config }) =>
        serve({ ...config, services: [...config.services, { name: 'other', host: 'other.test' }] }),
      ),
    ],
    [
      /^a target added$/,
      edited((upstream) => ({ ...upstream, targets: [...upstream.targets, { target: '127.0.0.1:31203' }] })),
    ],
    [
      /^a weight changed$/,
      edited((upstream) => ({
        ...upstream,
        targets: upstream.targets.map((target, index) => (index === 0 ? { ...target, weight: 10 } : target)),
      })),
    ],
    [/^slots changed$/, edited((upstream) => ({ ...upstream, slots: 100 }))],
    [
      /^healthchecks changed$/,
      edited((upstream) => ({ ...upstream, healthchecks: { passive: { unhealthy: { http_failures: 7 } } } })),
    ],
    [
      /^upstream taken away and brought back$/,
      statesAfter(async ({ config }) => {
        await serve({ services: config.services });
        await serve(config);
      }),
    ],
    [/^(state|before)/, async (_, { data }) => ((await becomes(data)) ? data : states())],
  ];

  /** Whether the states are these before long. */
  async function becomes(wanted: unknown): Promise<boolean> {
    await soon(2_000, () => isDeepStrictEqual(states(), wanted));
    return isDeepStrictEqual(states(), wanted);
  }

  function statesAfter(act: (scenario: Scenario) => Promise<void>): Ask {
    return async (scenario) => {
      await act(scenario);
      return states();
    };
  }

  function edited(change: (upstream: Upstream) => object): Ask {
    return statesAfter(({ config }) => serve({ ...config, upstreams: config.upstreams.map(change) }));
  }

  /** Counts the probes up to the flip; a flip that never comes is waited for a while. */
  async function flip(_: Scenario, { what }: Row): Promise<unknown> {
    const [, mode = '', wanted = ''] = /^upstream now (\S+): becomes (\w+)$/.exec(what) ?? [];
    const upstream = at(31_201);
    let probed: number | undefined;
    const state = () => states()['127.0.0.1:31201'];
    const stop = proxy.upstreams.health.onChange(({ state: now }) => {
      if (now === wanted) probed ??= upstream.probed;
    });
    const already = state() === wanted;
    await upstream.set(mode);
    if (already) probed = 0;
    await soon(NEVER_MILLISECONDS, () => probed !== undefined);
    if (probed === undefined && upstream.probed > 0)
      await waitFor('some probes', () => probed !== undefined || upstream.probed >= NEVER_PROBES);
    stop();
    return probed === undefined ? 'never within the wait' : { became: wanted, probes_counted: probed };
  }

  async function requests(_: Scenario, { what, data }: Row): Promise<unknown> {
    const [, mode = ''] = /^upstream (\S+):/.exec(what) ?? [];
    await at(31_201).set(mode);
    const found: unknown[] = [];
    for (const _each of Array.isArray(data) ? data : []) {
      last = await exchange(proxy.port, [REQUEST]);
      found.push([last[0]?.status, states()['127.0.0.1:31201']]);
    }
    return found;
  }

  async function fourRequests(): Promise<unknown> {
    const statuses: unknown[] = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await exchange(proxy.port, [REQUEST]))[0]?.status);
    return statuses;
  }

  async function probesAfterwards(): Promise<string> {
    const upstream = at(31_201);
    await waitFor('the first probe', () => upstream.probed > 0);
    proxy.swap({});
    await upstream.set('good');
    await soon(NEVER_MILLISECONDS, () => upstream.probed > 1);
    return upstream.probed > 1 ? 'they go on' : 'they end';
  }
});

/** Ours, or the checks alone where nothing else was recorded. */
function shownOf(recorded: unknown, ours: unknown): unknown {
  const isWhole = typeof recorded === 'object' && recorded !== null && 'id' in recorded;
  return isWhole || typeof ours !== 'object' || ours === null ? ours : Reflect.get(ours, 'healthchecks');
}

/** Resolves once `ready`, and after `milliseconds` at the latest. */
async function soon(milliseconds: number, ready: () => boolean): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!ready() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}

function differing(recorded: unknown, ours: unknown): readonly string[] {
  if (isDeepStrictEqual(recorded, ours)) return [];
  return [`Kong: ${JSON.stringify(recorded)}`, `ours: ${JSON.stringify(ours)}`];
}
