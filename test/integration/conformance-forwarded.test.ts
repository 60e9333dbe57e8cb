import { after, before, describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { type Listener, parseListen } from '#gateway/listen-settings.js';
import { readSettings } from '#gateway/settings.js';
import {
  differingAnswers,
  differingUpstreams,
  type RecordedAnswer,
  type RecordedUpstream,
  Wording,
} from '../helpers/comparable.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { FORWARDED, FORWARDED_DIFFERENCES } from '../helpers/forwarded-differences.js';
import { deadPort, PortMap } from '../helpers/port-map.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, type Part } from '../helpers/raw-client.js';
import { partsOf, type RecordedScenario } from '../helpers/stream-recording.js';
import { recording, Tally } from '../helpers/tally.js';

interface RecordedExchange extends RecordedAnswer {
  readonly what: string;
  readonly request: string;
  /** The client's address. */
  readonly from?: string;
  /** The listener's; the first one's where it is absent. */
  readonly port?: number;
  readonly tls_client?: { readonly servername: string };
  readonly responses?: readonly RecordedAnswer[];
  readonly upstream?: readonly RecordedUpstream[];
}

const LISTEN = '127.0.0.1:38000, 127.0.0.1:38443 ssl';
const ECHO_PORT = 31_001;

describe("forwarded headers and the PROXY protocol, on Kong's recordings", () => {
  const ports = new PortMap();
  const wording = new Wording(ports);
  let echo: EchoUpstreams;

  before(async () => {
    echo = await EchoUpstreams.start([ECHO_PORT]);
    ports.add(ECHO_PORT, echo.ports.get(ECHO_PORT) ?? 0);
  });

  after(() => echo.close());

  it('are answered and forwarded as Kong did', async (t) => {
    const tally = new Tally(FORWARDED, FORWARDED_DIFFERENCES, []);
    let unplayed = 0;
    for (const scenario of recording<readonly RecordedScenario<RecordedExchange>[]>(FORWARDED)) {
      const listeners = listenersOf(scenario.settings);
      const proxy = await start(scenario, listeners);
      for (const row of scenario.exchanges) {
        const at = listeners.findIndex(({ port }) => port === (row.port ?? listeners[0]?.port));
        if (at < 0) unplayed += 1;
        else tally.add({ scenario: scenario.name, ...(await play(proxy.ports[at] ?? 0, row)) });
      }
      await proxy.close();
    }
    if (unplayed > 0) t.diagnostic(`${unplayed} rows not played: they need TLS listeners`);
    tally.report(t);
  });

  async function start(
    { settings, config }: RecordedScenario<RecordedExchange>,
    recorded: readonly Listener[],
  ): Promise<RunningProxy> {
    const listeners: Listener[] = [];
    for (const listener of recorded) {
      // Maps of ports are settings: they must be known before a listener stands.
      const port = settings['KONG_PORT_MAPS'] === undefined ? 0 : await deadPort();
      ports.add(listener.port, port);
      listeners.push({ ...listener, port });
    }
    const { KONG_PROXY_LISTEN: _, ...env } = settings;
    const real = JSON.parse(ports.toReal(JSON.stringify(env)));
    const { proxy } = readSettings({ config: ['kong.yaml'] }, real);
    const running = await RunningProxy.start(ports.config(config), proxy, undefined, {}, listeners);
    recorded.forEach(({ port }, index) => void ports.add(port, running.ports[index] ?? 0));
    return running;
  }

  async function play(port: number, row: RecordedExchange) {
    const expected = row.responses ?? [row];
    const parts = partsOf(row.request).map(
      (part): Part =>
        'send' in part
          ? ports.toReal(part.send)
          : () => new Promise((resolve) => setTimeout(resolve, 'wait' in part ? part.wait : 0)),
    );
    const answers = await exchange(port, parts, {
      ...(row.from === undefined ? {} : { from: row.from }),
      ...(row.tls_client === undefined ? {} : { tls: row.tls_client }),
    });
    const ours =
      answers.length === 0 ? [wording.answer(undefined)] : answers.map((answer) => wording.answer(answer));
    const upstream = echo.take().map((seen) => wording.upstream(seen));
    const problems = [
      ...(ours.length === expected.length ? [] : [`${ours.length} answers instead of ${expected.length}`]),
      ...ours.flatMap((answer, index) => differingAnswers(expected[index] ?? { status: 0 }, answer)),
      ...differingUpstreams(row.upstream ?? [], upstream),
    ];
    return { what: row.what, status: ours.at(-1)?.status ?? 0, problems };
  }
});

/** The listeners of a scenario that can be had, on their recorded ports. */
function listenersOf(settings: Readonly<Record<string, string>>): readonly Listener[] {
  const entries = (settings['KONG_PROXY_LISTEN'] ?? LISTEN).split(',');
  return entries.flatMap((value) => {
    try {
      return parseListen({ from: 'KONG_PROXY_LISTEN', value }, 'proxy', []);
    } catch (error) {
      if (error instanceof SettingsError && / is not supported yet/.test(error.message)) return [];
      throw error;
    }
  });
}
