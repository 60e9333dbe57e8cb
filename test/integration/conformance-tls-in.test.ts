import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readTls } from '#gateway/tls-settings.js';
import {
  differingAnswers,
  differingUpstreams,
  type RecordedAnswer,
  type RecordedUpstream,
  Wording,
} from '../helpers/comparable.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { Http2Caller } from '../helpers/http2-caller.js';
import { PortMap } from '../helpers/port-map.js';
import { isRefused, loadObject, RunningProxy } from '../helpers/proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { type Row, recordedBytes, recording, Tally } from '../helpers/tally.js';
import { TLS_DIFFERENCES, TLS_SKIPPED } from '../helpers/tls-differences.js';
import {
  handshakeProblems,
  offerOf,
  type RecordedHandshake,
  shake,
  withOwnCertificates,
} from '../helpers/tls-recording.js';

interface Scenario {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly config: { readonly services: readonly { readonly port: number }[] };
  readonly exchanges: readonly RecordedExchange[];
}

interface RecordedExchange extends Partial<RecordedAnswer> {
  readonly what: string;
  readonly request?: string;
  readonly port?: number;
  readonly tls_client?: { readonly servername?: string };
  readonly upstream?: readonly RecordedUpstream[];
  /** A handshake, or the name in the certificate that was shown. */
  readonly data?: RecordedHandshake | string;
  /** There where HTTP/2 was spoken, over TLS where the authority names no other port. */
  readonly request_headers?: Readonly<Record<string, string>>;
  readonly sni?: string;
  /** The code of RST_STREAM. */
  readonly rst_code?: number;
}

const FILE = 'data-plane/03-tls-in.json';
const HTTP_PORT = 38_000;
const TLS_PORT = 38_443;

describe("TLS with clients, on Kong's recordings", () => {
  const scenarios = recording<readonly Scenario[]>(FILE);
  const ports = new PortMap();
  const wording = new Wording(ports);
  let echo: EchoUpstreams;

  before(async () => {
    const recorded = scenarios.flatMap(({ config }) => config.services.map(({ port }) => port));
    echo = await EchoUpstreams.start([...new Set(recorded)]);
    for (const [port, real] of echo.ports) ports.add(port, real);
  });
  after(() => echo.close());

  it('is as Kong speaks it', async (t) => {
    const tally = new Tally(FILE, TLS_DIFFERENCES, TLS_SKIPPED);
    for (const scenario of scenarios) {
      const { name, exchanges } = scenario;
      if (tally.skips(name, exchanges.length)) continue;
      for (const row of await playScenario(scenario)) tally.add({ scenario: name, ...row });
    }
    tally.report(t);
  });

  async function playScenario({
    settings,
    config,
    exchanges,
  }: Scenario): Promise<readonly Omit<Row, 'scenario'>[]> {
    if (exchanges[0]?.what === 'POST /config') {
      const refused = isRefused(withOwnCertificates(config));
      return [{ what: 'POST /config', status: refused ? 400 : 201, problems: refused ? [] : ['accepted'] }];
    }
    const own = withOwnCertificates(ports.config(config));
    // One listener with http2 switches it on for all.
    const listener = { host: '127.0.0.1', port: 0, http2: true };
    const proxy = await RunningProxy.start(own, {}, undefined, {}, [listener]);
    try {
      const { protocol } = readTls({}, (name) => settings[name], []);
      const tlsPort = await proxy.listenTls(protocol);
      ports.add(HTTP_PORT, proxy.port);
      ports.add(TLS_PORT, tlsPort);
      const rows: Omit<Row, 'scenario'>[] = [];
      for (const recorded of exchanges) {
        rows.push(await play(proxy.port, tlsPort, own, recorded));
      }
      return rows;
    } finally {
      await proxy.close();
    }
  }

  async function play(
    httpPort: number,
    tlsPort: number,
    config: object,
    recorded: RecordedExchange,
  ): Promise<Omit<Row, 'scenario'>> {
    const { what, data } = recorded;
    if (what === 'admin GET /snis') {
      const names = loadObject(config).snis.map(({ name }) => name);
      assert.deepEqual(names.sort(), recorded.body);
      return { what, status: 200, problems: [] };
    }
    if (data !== undefined) {
      const ours = await shake(tlsPort, offerOf(what));
      return { what, status: 0, problems: handshakeProblems(data, ours) };
    }
    if (recorded.request_headers !== undefined)
      return playHttp2(httpPort, tlsPort, recorded, recorded.request_headers);
    const text = ports.toReal(recordedBytes(recorded.request ?? '').toString('latin1'));
    const over = recorded.tls_client === undefined ? {} : { tls: recorded.tls_client };
    const [answer] = await exchange(recorded.tls_client === undefined ? httpPort : tlsPort, [text], {
      ...over,
      answers: 1,
    });
    const ours = wording.answer(answer);
    const upstream = echo.take().map((seen) => wording.upstream(seen));
    return {
      what,
      status: ours.status,
      problems: [
        ...differingAnswers({ status: 0, ...recorded }, ours),
        ...differingUpstreams(recorded.upstream ?? [], upstream),
      ],
    };
  }

  async function playHttp2(
    httpPort: number,
    tlsPort: number,
    recorded: RecordedExchange,
    headers: Readonly<Record<string, string>>,
  ): Promise<Omit<Row, 'scenario'>> {
    const { what, status = 0, sni, rst_code: reset = 0 } = recorded;
    const plain = what.startsWith('h2c');
    const caller = plain
      ? await Http2Caller.connect(httpPort)
      : await Http2Caller.connect(tlsPort, sni === undefined ? {} : { servername: sni });
    const answer = await caller.call({ ...headers, ':authority': ports.toReal(headers[':authority'] ?? '') });
    caller.close();
    const lines = answer.headers.map(([name, value]) => [name, wording.value(name, value)] as const);
    const body = wording.text(answer.body.toString());
    const upstream = echo.take().map((seen) => wording.upstream(seen));
    return {
      what,
      status: answer.status,
      problems: [
        ...differingAnswers({ ...recorded, status }, { status: answer.status, headers: lines, body }),
        ...differingUpstreams(recorded.upstream ?? [], upstream),
        ...(answer.reset === reset ? [] : [`reset ${answer.reset} instead of ${reset}`]),
      ],
    };
  }
});
