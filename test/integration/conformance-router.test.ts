import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type EchoedRequest, EchoUpstreams } from '../helpers/echo-upstream.js';
import { PortMap } from '../helpers/port-map.js';
import { RunningProxy } from '../helpers/proxy.js';
import { joinedValue } from '../helpers/raw-message.js';
import { recording, Tally } from '../helpers/tally.js';
import { connectVersion, type PlainAnswer, VERSIONS, type VersionClient } from '../helpers/version-client.js';

interface Recorded {
  readonly config: { readonly services: readonly object[] };
  readonly exchanges: readonly { readonly request: RecordedRequest; readonly answer: RecordedAnswer }[];
}

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What the echo saw, or what the gateway answered itself. */
interface RecordedAnswer {
  readonly status: number;
  readonly port?: number;
  readonly method?: string;
  readonly url?: string;
  readonly h?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly message?: string;
  readonly location?: string;
}

const ECHO_PORTS = Array.from({ length: 20 }, (_, index) => 19_001 + index);
const GATEWAY_PORT = 18_000;
/** Requests with these methods carried the body `abc`. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const HEADERS = [
  'host',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-real-ip',
] as const;

for (const version of VERSIONS)
  describe(`the router, on Kong's recordings, over ${version}`, () => {
    const configs = recording<readonly Recorded[]>('router.json');
    const ports = new PortMap();
    let echo: EchoUpstreams;
    let proxy: RunningProxy;
    let client: VersionClient;

    before(async () => {
      echo = await EchoUpstreams.start(ECHO_PORTS);
      proxy = await RunningProxy.start();
      for (const [recorded, real] of echo.ports) ports.add(recorded, real);
      const port = version === 'HTTP/2' ? await proxy.listenHttp2() : proxy.port;
      ports.add(GATEWAY_PORT, port);
      client = await connectVersion(version, port);
    });

    after(async () => {
      client.close();
      await proxy.close();
      await echo.close();
    });

    it('answers and forwards every exchange as Kong did', async (t) => {
      const tally = new Tally('router.json');
      for (const [index, { config, exchanges }] of configs.entries()) {
        proxy.swap(ports.config(config));
        for (const [at, { request, answer }] of exchanges.entries()) {
          const ours = await outcome(request);
          tally.add({
            scenario: `config ${index}`,
            what: `exchange ${at}`,
            status: ours.status,
            problems: differing(answer, ours).map((line) => `${describeRequest(request)}: ${line}`),
          });
        }
      }
      tally.report(t);
    });

    it('answers as Kong did where it differs, once the file is the other way round: only its order decides', async () => {
      const tally = new Tally('router.json');
      let ties = 0;
      for (const [index, { config, exchanges }] of configs.entries()) {
        const listed = exchanges.filter((_, at) =>
          tally.listed({ scenario: `config ${index}`, what: `exchange ${at}` }),
        );
        if (listed.length === 0) continue;
        proxy.swap(ports.config({ ...config, services: config.services.toReversed() }));
        for (const { request, answer } of listed) {
          assert.deepEqual(differing(answer, await outcome(request)), [], describeRequest(request));
          ties += 1;
        }
      }
      assert.equal(ties, 7);
    });

    async function outcome(request: RecordedRequest): Promise<RecordedAnswer> {
      const body = WITH_BODY.has(request.method) ? { body: 'abc' } : {};
      const answer = await client.send({ ...request, ...body });
      const [seen] = echo.take();
      return answer === undefined ? { status: 0 } : summary(answer, seen);
    }

    function summary(answer: PlainAnswer, seen: EchoedRequest | undefined): RecordedAnswer {
      const { location } = answer;
      if (seen === undefined) {
        return {
          status: answer.status,
          message: messageIn(answer.body),
          ...(location !== undefined && { location }),
        };
      }
      return {
        status: answer.status,
        port: seen.port,
        method: seen.method,
        url: seen.target,
        h: Object.fromEntries(
          HEADERS.flatMap((name) => {
            const value = joinedValue(seen.headers, name);
            return value === undefined ? [] : [[name, ports.toRecorded(value)]];
          }),
        ),
        body: seen.body,
      };
    }
  });

/** The error in a body: of JSON its message, else the first line. */
function messageIn(body: string): string {
  const json = /^\{\s*"message":("(?:[^"\\]|\\.)*")/.exec(body);
  return json?.[1] === undefined ? (body.split(/\r?\n/)[0] ?? '') : JSON.parse(json[1]);
}

function differing(recorded: RecordedAnswer, ours: RecordedAnswer): readonly string[] {
  const flat = (answer: RecordedAnswer): ReadonlyMap<string, unknown> =>
    new Map<string, unknown>([
      ...Object.entries({ ...answer, h: undefined }),
      ...Object.entries(answer.h ?? {}),
    ]);
  const wanted = new Map([...flat(recorded)].map(([key, value]) => [key, readAsUtf8(value)]));
  const got = flat(ours);
  return [...new Set([...wanted.keys(), ...got.keys()])]
    .filter((key) => wanted.get(key) !== got.get(key))
    .map((key) => `${key} ${JSON.stringify(got.get(key))} instead of ${JSON.stringify(wanted.get(key))}`);
}

/** The recorder took the echo's UTF-8 for latin1. */
function readAsUtf8(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : value;
}

function describeRequest({ method, path, host, headers }: RecordedRequest): string {
  return `${method} ${host} ${path} ${headers.map((header) => header.join(': ')).join(', ')}`;
}
