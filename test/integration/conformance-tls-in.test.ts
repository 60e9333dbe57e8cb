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
  /** There where HTTP/2 was spoken. */
  readonly request_headers?: Readonly<Record<string, string>>;
  readonly sni?: string;
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
    const { plain, secure } = http2Listeners(settings);
    const listener = { host: '127.0.0.1', port: 0, http2: plain };
    const proxy = await RunningProxy.start(own, {}, undefined, {}, [listener]);
    try {
      const { protocol } = readTls({}, (name) => settings[name], []);
      const tlsPort = await proxy.listenTls(protocol, { http2: secure });
      ports.add(HTTP_PORT, proxy.port);
      ports.add(TLS_PORT, tlsPort);
      const rows: Omit<Row, 'scenario'>[] = [];
      for (const recorded of exchanges) {
        const { request_headers: headers } = recorded;
        if (headers === undefined) rows.push(await play(proxy.port, tlsPort, own, recorded));
        else rows.push(await playHttp2(plain ? proxy.port : tlsPort, headers, recorded));
      }
      return rows;
    } finally {
      await proxy.close();
    }
  }

  /** Over TLS where the plain listener speaks no HTTP/2. */
  async function playHttp2(
    port: number,
    headers: Readonly<Record<string, string>>,
    recorded: RecordedExchange,
  ): Promise<Omit<Row, 'scenario'>> {
    const secure = !headers[':authority']?.endsWith(`:${HTTP_PORT}`);
    const caller = await Http2Caller.connect(port, secure ? { servername: recorded.sni ?? '' } : undefined);
    const answer = await caller.call(headers);
    caller.close();
    const ours = {
      status: answer.status,
      headers: answer.headers.map(([name, value]) => [name, wording.value(name, value)] as const),
      body: wording.text(answer.body.toString()),
    };
    const upstream = echo.take().map((seen) => wording.upstream(seen));
    return {
      what: recorded.what,
      status: ours.status,
      problems: [
        ...differingAnswers({ status: 0, ...recorded }, ours),
        ...differingUpstreams(recorded.upstream ?? [], upstream),
      ],
    };
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
});

/** Which of the two listeners of a recording speak HTTP/2; by default the one with TLS does. */
function http2Listeners(settings: Readonly<Record<string, string>>): { plain: boolean; secure: boolean } {
  const listen = settings['KONG_PROXY_LISTEN'] ?? `${HTTP_PORT}, ${TLS_PORT} http2 ssl`;
  const [plain = '', secure = ''] = [HTTP_PORT, TLS_PORT].map((port) =>
    listen.split(',').find((entry) => entry.includes(String(port))),
  );
  return { plain: plain.includes('http2'), secure: secure.includes('http2') };
}
