import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '#gateway/config/issue.js';
import { makeCertificate } from '../helpers/certificate.js';
import { differingAnswers, differingUpstreams, type Lines, Wording } from '../helpers/comparable.js';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { GRPC_DIFFERENCES, GRPC_SKIPPED } from '../helpers/grpc-differences.js';
import { framed, unframed } from '../helpers/grpc-messages.js';
import { GrpcUpstream, type SeenCall } from '../helpers/grpc-upstream.js';
import { type Http2Answer, Http2Caller } from '../helpers/http2-caller.js';
import { deadPort, PortMap } from '../helpers/port-map.js';
import { loadObject, RunningProxy } from '../helpers/proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { recording, Tally } from '../helpers/tally.js';

interface Scenario {
  readonly name: string;
  readonly config: { readonly services: readonly object[] };
  readonly exchanges: readonly (Call | Request | Verdict)[];
}

/** A gRPC call over HTTP/2. */
interface Call {
  readonly what: string;
  readonly path: string;
  readonly request_headers: Readonly<Record<string, string | null>>;
  readonly listener: 'plain http2' | 'TLS http2';
  readonly status?: number;
  readonly headers?: Lines;
  readonly headers_end_stream?: boolean;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly messages?: readonly string[];
  readonly body?: string;
  readonly rst_code: number;
  readonly upstream_calls: readonly SeenCall[];
  readonly upstream_http1?: unknown;
}

/** A request over HTTP/1.1. */
interface Request {
  readonly what: string;
  readonly request: string;
  readonly tls_client?: { readonly servername: string };
  readonly status: number;
  readonly headers: Lines;
  readonly body: string;
}

/** What Kong said of a config, or showed of it. */
interface Verdict {
  readonly what: string;
  readonly status: number;
}

const FILE = 'data-plane/08-grpc.json';
const PORTS = { http1: 38_000, http2: 38_003, tls: 38_443 };
const UPSTREAMS = { grpc: 31_801, grpcs: 31_802, echo: 31_803, dead: 31_898 };
/** What the recorded client sent, by the method it called; `abc` to all others. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  '/hello.Greeter/Up': ['a', 'b', 'c'],
  '/hello.Greeter/Bidi': ['a', 'b'],
};

describe("gRPC, on Kong's recordings", () => {
  const certificate = makeCertificate({ commonName: 'localhost' });
  const ports = new PortMap();
  const wording = new Wording(ports);
  const tally = new Tally(FILE, GRPC_DIFFERENCES, GRPC_SKIPPED);
  let grpc: GrpcUpstream;
  let grpcs: GrpcUpstream;
  let echo: EchoUpstreams;
  let proxy: RunningProxy;
  let plain: Http2Caller;
  let secure: Http2Caller;
  let securePort: number;

  before(async () => {
    grpc = await GrpcUpstream.start();
    grpcs = await GrpcUpstream.start(certificate);
    echo = await EchoUpstreams.start([UPSTREAMS.echo]);
    proxy = await RunningProxy.start();
    const http2Port = await proxy.listenHttp2();
    securePort = await proxy.listenTls({}, { http2: true });
    ports.add(UPSTREAMS.grpc, grpc.port);
    ports.add(UPSTREAMS.grpcs, grpcs.port);
    ports.add(UPSTREAMS.echo, echo.ports.get(UPSTREAMS.echo) ?? 0);
    ports.add(UPSTREAMS.dead, await deadPort());
    ports.add(PORTS.http1, proxy.port);
    ports.add(PORTS.http2, http2Port);
    ports.add(PORTS.tls, securePort);
    plain = await Http2Caller.connect(http2Port);
    secure = await Http2Caller.connect(securePort, {});
  });

  after(async () => {
    plain.close();
    secure.close();
    await proxy.close();
    await grpc.close();
    await grpcs.close();
    await echo.close();
  });

  for (const { name, config, exchanges } of recording<readonly Scenario[]>('data-plane', '08-grpc.json')) {
    it(name, async () => {
      if (exchanges.some((row) => 'path' in row || 'request' in row)) proxy.swap(ports.config(config));
      for (const row of exchanges) {
        if ('path' in row) await addCall(name, row);
        else if ('request' in row) await addRequest(name, row);
        else addVerdict(name, config, row);
      }
    });
  }

  it('has no other differences than those listed', (t) => tally.report(t));

  async function addCall(scenario: string, row: Call): Promise<void> {
    const caller = row.listener === 'plain http2' ? plain : secure;
    const headers = Object.fromEntries(
      Object.entries(row.request_headers).filter(([, value]) => value !== null),
    );
    const sent =
      row.request_headers[':method'] === 'GET' ? undefined : framed(...(MESSAGES[row.path] ?? ['abc']));
    const answer = await caller.call(
      { ...headers, ':path': ports.toReal(row.path) } as Record<string, string>,
      sent,
    );
    const seen = [...grpc.take(), ...grpcs.take()];
    const problems = [...answerProblems(row, answer), ...callProblems(row, seen), ...http1Problems(row)];
    tally.add({ scenario, what: row.what, status: answer.status, problems });
  }

  function answerProblems(row: Call, answer: Http2Answer): readonly string[] {
    const body = row.body === undefined ? {} : { body: wording.text(answer.body.toString()) };
    const ours = {
      headers_end_stream: answer.headersEndStream,
      trailers: answer.trailers && Object.fromEntries(Object.entries(answer.trailers)),
      messages: row.messages === undefined ? undefined : unframed(answer.body),
      rst_code: answer.reset,
      ...body,
    };
    const { headers_end_stream, trailers, messages, rst_code } = row;
    const wanted = {
      headers_end_stream,
      trailers,
      messages,
      rst_code,
      ...(row.body === undefined ? {} : { body: row.body }),
    };
    const lines = answer.headers.map(([name, value]) => [name, wording.value(name, value)] as const);
    return [
      ...differingAnswers(
        { status: row.status ?? 0, headers: row.headers ?? [] },
        { status: answer.status, headers: lines },
      ),
      ...(isDeepStrictEqual(ours, wanted)
        ? []
        : [`${JSON.stringify(ours)} instead of ${JSON.stringify(wanted)}`]),
    ];
  }

  function callProblems(row: Call, seen: readonly SeenCall[]): readonly string[] {
    const ours = seen.map(({ path, host, metadata }) => ({
      path,
      host: ports.toRecorded(host),
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([name, values]) => [
          name,
          values.map((value) => wording.value(name, value)),
        ]),
      ),
    }));
    return isDeepStrictEqual(ours, row.upstream_calls)
      ? []
      : [`upstream ${JSON.stringify(ours)} instead of ${JSON.stringify(row.upstream_calls)}`];
  }

  /** What came to the upstream that speaks HTTP/1.1; what no request came of varies. */
  function http1Problems(row: Call): readonly string[] {
    const seen = echo.take().map((request) => wording.upstream(request));
    if (!Array.isArray(row.upstream_http1)) return [];
    return differingUpstreams(
      row.upstream_http1,
      seen.map(({ body: _, ...request }) => request),
    );
  }

  async function addRequest(scenario: string, row: Request): Promise<void> {
    const { tls_client: tls } = row;
    const [answer] = await exchange(
      tls === undefined ? proxy.port : securePort,
      [row.request],
      tls === undefined ? {} : { tls },
    );
    const ours = wording.answer(answer);
    tally.add({ scenario, what: row.what, status: ours.status, problems: differingAnswers(row, ours) });
  }

  function addVerdict(scenario: string, config: object, { what, status }: Verdict): void {
    let refused = false;
    try {
      loadObject(config);
    } catch (error) {
      refused = error instanceof ConfigError;
    }
    const problems = refused === (status === 400) ? [] : [refused ? 'refused' : 'accepted'];
    tally.add({ scenario, what, status: refused ? 400 : 200, problems });
  }
});
