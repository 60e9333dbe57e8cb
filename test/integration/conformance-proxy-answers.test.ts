import { after, before, describe, it } from 'node:test';
import { differingAnswers, type RecordedAnswer, Wording } from '../helpers/comparable.js';
import { type EchoedRequest, EchoUpstreams, echoAnswer } from '../helpers/echo-upstream.js';
import { deadPort, PortMap } from '../helpers/port-map.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, type RawAnswer } from '../helpers/raw-client.js';
import { parseHead } from '../helpers/raw-message.js';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { recording, Tally } from '../helpers/tally.js';

interface Recorded {
  readonly what: string;
  readonly request: string;
  /** Null where Kong sent no answer. */
  readonly status: number | null;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Behind an interim answer, the final one with its head. */
  readonly body: string;
}

const FILE = 'proxy-answers.json';
const ECHO_PORT = 19_001;
const GATEWAY_PORT = 18_000;
/** Marked in the recording instead of written out. */
const BIG_HEADER = /a+…\(40 kB header\)$/;

describe("the gateway's own answers and heads, on Kong's recordings", () => {
  const ports = new PortMap();
  const wording = new Wording(ports);
  let echo: EchoUpstreams;
  let proxy: RunningProxy;
  const faulty: RawUpstream[] = [];

  before(async () => {
    echo = await EchoUpstreams.start([ECHO_PORT], echoHead);
    const silent = await RawUpstream.start(() => {});
    const closing = await RawUpstream.start(async (connection) => {
      await connection.request();
      connection.end();
    });
    const garbage = await RawUpstream.start(async (connection) => {
      await connection.request();
      connection.end('this is no HTTP\r\n\r\n');
    });
    faulty.push(silent, closing, garbage);
    const echoPort = echo.ports.get(ECHO_PORT) ?? 0;
    proxy = await RunningProxy.start(
      config({
        echo: echoPort,
        silent: silent.port,
        closing: closing.port,
        garbage: garbage.port,
        dead: await deadPort(),
      }),
    );
    ports.add(ECHO_PORT, echoPort);
    ports.add(GATEWAY_PORT, proxy.port);
  });

  after(async () => {
    await proxy.close();
    await echo.close();
    for (const upstream of faulty) await upstream.close();
  });

  it("equal Kong's", async (t) => {
    const tally = new Tally(FILE);
    for (const recorded of recording<readonly Recorded[]>(FILE)) {
      const request = recorded.request.replace(
        BIG_HEADER,
        `${'a'.repeat(40_000)}\r\nConnection: close\r\n\r\n`,
      );
      const [answer] = await exchange(proxy.port, [request]);
      const ours = comparable(answer, wording);
      tally.add({
        scenario: '',
        what: recorded.what,
        status: ours.status,
        problems: differingAnswers(expected(recorded, wording), ours),
      });
    }
    tally.report(t);
  });
});

function config(port: Readonly<Record<'echo' | 'silent' | 'closing' | 'garbage' | 'dead', number>>): object {
  const service = (name: string, number: number, path: string, more: object = {}): object => ({
    name,
    host: '127.0.0.1',
    port: number,
    retries: 0,
    routes: [{ name, paths: [path] }],
    ...more,
  });
  const echoRoutes = [
    { name: 'echo', paths: ['/echo'] },
    { name: 'keep-host', paths: ['/keep-host'], preserve_host: true },
    { name: 'need-tls', paths: ['/need-tls'], protocols: ['https'] },
    { name: 'pool', paths: ['/pool'], protocols: ['https'], https_redirect_status_code: 301 },
  ];
  return {
    services: [
      service('echo', port.echo, '/echo', { routes: echoRoutes }),
      service('refused', port.dead, '/refused'),
      service('slow', port.silent, '/slow', { read_timeout: 300 }),
      service('reset', port.closing, '/reset'),
      service('garbage', port.garbage, '/garbage'),
      service('noname', 80, '/noname', { host: 'name.invalid' }),
      service('off', port.echo, '/off', { enabled: false }),
    ],
    routes: [{ name: 'no-service', paths: ['/no-service'] }],
  };
}

/** The echo of this recording shows every header. */
function echoHead({ port, method, target, rawHeaders, body }: EchoedRequest): string {
  return echoAnswer(port, { port, method, url: target, raw: rawHeaders, body });
}

function expected({ status, reason, headers, body }: Recorded, wording: Wording): RecordedAnswer {
  if (status === null) return { status: 0 };
  const final = status === 100 ? body.indexOf('\r\n\r\n') + 4 : 0;
  const head = parseHead(body.slice(0, final));
  if (head === undefined) return comparableFields(status, reason, Object.entries(headers), body, wording);
  return comparableFields(head.status, head.reason, head.headers, body.slice(final), wording);
}

function comparable(answer: RawAnswer | undefined, wording: Wording): RecordedAnswer {
  if (answer === undefined) return { status: 0 };
  const joined = new Map(answer.headers.map(([name]) => [name.toLowerCase(), answer.value(name) ?? '']));
  return comparableFields(answer.status, answer.reason, [...joined], answer.body, wording);
}

/** An echoed body carries the product's name, so that its length is left out; its headers are sorted. */
function comparableFields(
  status: number,
  reason: string,
  headers: readonly (readonly [string, string])[],
  body: string,
  wording: Wording,
): RecordedAnswer {
  const echoed = body.startsWith('{"port"');
  return {
    status,
    reason,
    headers: headers
      .filter(([name]) => !(echoed && name.toLowerCase() === 'content-length'))
      .map(([name, value]) => [name, wording.value(name, value)]),
    body: echoed ? sortedEcho(body, wording) : wording.text(body),
  };
}

function sortedEcho(body: string, wording: Wording): string {
  const { raw, ...rest }: { readonly raw: readonly string[] } = JSON.parse(body);
  const lines = raw.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${wording.value(name, raw[at + 1] ?? '')}`] : [],
  );
  return JSON.stringify({ ...rest, raw: lines.toSorted() });
}
