import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  differingAnswers,
  differingUpstreams,
  type RecordedAnswer,
  type RecordedUpstream,
  Wording,
} from '../helpers/comparable.js';
import { TIE } from '../helpers/differences.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { deadPort, PortMap } from '../helpers/port-map.js';
import { isRefused, RunningProxy } from '../helpers/proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { type Row, recordedBytes, recording, Tally } from '../helpers/tally.js';

interface Scenario {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly config: { readonly services: readonly { readonly port: number }[] };
  readonly exchanges: readonly RecordedExchange[];
}

interface RecordedExchange extends RecordedAnswer {
  readonly what: string;
  /** Text in latin1, or bytes by their place; absent for a config that is refused. */
  readonly request?: string | Readonly<Record<string, number>>;
  readonly upstream?: readonly RecordedUpstream[];
}

const FILE = 'data-plane/09-hosts-and-paths.json';
const GATEWAY_PORT = 38_000;
const DEAD_PORT = 31_098;

describe("hosts and paths, on Kong's recordings", () => {
  const scenarios = recording<readonly Scenario[]>(FILE);
  const ports = new PortMap();
  const wording = new Wording(ports);
  let echo: EchoUpstreams;
  const proxies = new Map<boolean, RunningProxy>();

  before(async () => {
    const recorded = scenarios.flatMap(({ config }) => config.services.map(({ port }) => port));
    echo = await EchoUpstreams.start([...new Set(recorded)].filter((port) => port !== DEAD_PORT));
    for (const [port, real] of echo.ports) ports.add(port, real);
    ports.add(DEAD_PORT, await deadPort());
  });

  after(async () => {
    for (const proxy of proxies.values()) await proxy.close();
    await echo.close();
  });

  it('are answered and forwarded as Kong did', async (t) => {
    const tally = new Tally(FILE);
    for (const scenario of scenarios) {
      const { name, config, exchanges } = scenario;
      if (tally.skips(name, exchanges.length)) continue;
      if (exchanges[0]?.request === undefined) {
        const refused = isRefused(config);
        const problems = refused ? [] : ['accepted'];
        tally.add({ scenario: name, what: 'POST /config', status: refused ? 400 : 201, problems });
        continue;
      }
      const proxy = await proxyFor(scenario);
      for (const recorded of exchanges) tally.add({ scenario: name, ...(await play(proxy, recorded)) });
    }
    tally.report(t);
  });

  it('are forwarded as Kong did where ties went another way, once the file is the other way round', async () => {
    const tally = new Tally(FILE);
    let ties = 0;
    for (const scenario of scenarios) {
      const { name, config, exchanges } = scenario;
      if (tally.skips(name, 0)) continue;
      const tied = exchanges.filter(({ what }) => tally.listed({ scenario: name, what })?.reason === TIE);
      if (tied.length === 0) continue;
      const reversed = { ...config, services: config.services.toReversed() };
      const proxy = await proxyFor({ ...scenario, config: reversed });
      for (const recorded of tied)
        assert.deepEqual((await play(proxy, recorded)).problems, [], recorded.what);
      ties += tied.length;
    }
    assert.equal(ties, 5);
  });

  async function play(proxy: RunningProxy, recorded: RecordedExchange): Promise<Omit<Row, 'scenario'>> {
    const text = ports.toReal(recordedBytes(recorded.request ?? '').toString('latin1'));
    const [answer] = await exchange(proxy.port, [text]);
    const ours = wording.answer(answer);
    const upstream = echo.take().map((seen) => wording.upstream(seen));
    const problems = [
      ...differingAnswers(recorded, ours),
      ...differingUpstreams(recorded.upstream ?? [], upstream),
    ];
    return { what: recorded.what, status: ours.status, problems };
  }

  /** A proxy with the scenario's settings and config. */
  async function proxyFor({ settings, config }: Scenario): Promise<RunningProxy> {
    const allowDebugHeader = settings['KONG_ALLOW_DEBUG_HEADER'] === 'on';
    const proxy = proxies.get(allowDebugHeader) ?? (await RunningProxy.start({}, { allowDebugHeader }));
    proxies.set(allowDebugHeader, proxy);
    ports.add(GATEWAY_PORT, proxy.port);
    proxy.swap(ports.config(config));
    return proxy;
  }
});
