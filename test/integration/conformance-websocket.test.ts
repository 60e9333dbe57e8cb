import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { makeCertificate } from '../helpers/certificate.js';
import { deadPort } from '../helpers/port-map.js';
import { loadObject, RunningProxy } from '../helpers/proxy.js';
import { answering } from '../helpers/raw-upstream.js';
import { compare, type Stage } from '../helpers/replay.js';
import { ScriptedUpstreams } from '../helpers/scripted-upstreams.js';
import { STREAM_DIFFERENCES, STREAM_SKIPPED } from '../helpers/stream-differences.js';
import type { RecordedExchange, RecordedScenario } from '../helpers/stream-recording.js';
import { actingAtOnce, echoing } from '../helpers/streaming-upstream.js';
import { recording, Tally } from '../helpers/tally.js';
import { waitFor } from '../helpers/wait-for.js';
import { echoingFrames, sink } from '../helpers/websocket-upstream.js';

const RECORDING = 'data-plane/05-websocket.json';
const HTTP_LISTENER = 'handshakes on the http listener';
const HTTPS_LISTENER = 'handshakes on the https listener';
const MESSAGES = '64 kB and 1 MB messages';
const RELOAD = 'open sockets across POST /config';
const GATEWAY_PORT = 38_000;
const TLS_PORT = 38_443;
const DEAD_PORT = 31_098;

/** What the recording's upstreams do, by their recorded port. */
const SCRIPTS = {
  31001: echoingFrames,
  31002: answering(
    'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nX-Up: 1\r\n\r\ngo away',
  ),
  31003: answering(
    'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 8\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\nneed v13',
  ),
  31004: actingAtOnce(['FIN']),
  31005: echoing(31_005),
  31009: answering(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nX-Up: no-upgrade-header\r\n\r\n',
  ),
  31010: answering(
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  ),
  31011: sink,
  31012: echoingFrames,
};

interface Row extends RecordedExchange {
  readonly upstream_bytes?: number;
}

/** No name has an address, as on the machine of the recording. */
const lookup: LookupFunction = (name, _options, done) => {
  const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
  done(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), []);
};

describe("WebSockets, on Kong's recordings", () => {
  const scenarios = recording<readonly RecordedScenario<Row>[]>('data-plane', '05-websocket.json');
  const tally = new Tally(RECORDING, STREAM_DIFFERENCES, STREAM_SKIPPED);
  const played = new Set<string>();
  let upstreams: ScriptedUpstreams;
  let proxy: RunningProxy;
  let stage: Stage;

  before(async () => {
    const { cert, key } = makeCertificate({ commonName: 'upstream.test' });
    upstreams = await ScriptedUpstreams.start(SCRIPTS, { 31012: { cert, key } });
    proxy = await RunningProxy.start({}, undefined, new Http1Transport({ lookup }));
    upstreams.ports.add(GATEWAY_PORT, proxy.port);
    upstreams.ports.add(DEAD_PORT, await deadPort());
    const tlsPort = await proxy.listenTls();
    upstreams.ports.add(TLS_PORT, tlsPort);
    stage = { port: proxy.port, tlsPort, upstreams };
  });
  after(async () => {
    await proxy.close();
    await upstreams.close();
  });

  for (const listener of [HTTP_LISTENER, HTTPS_LISTENER]) {
    it(listener, async () => {
      for (const row of rowsOf(listener)) tally.add(await compare(stage, listener, row));
    });
  }

  it(MESSAGES, async () => {
    const [first] = scenarios.find(({ name }) => name === HTTP_LISTENER)?.exchanges ?? [];
    const handshake = first?.request.replace('/ws/a?b=1', '/sink') ?? '';
    for (const row of rowsOf(MESSAGES)) {
      const bytes = row.upstream_bytes ?? 0;
      const step = () => waitFor('all bytes', () => behindHandshake(31_011).length === bytes).then(() => {});
      const request = `${handshake}${'b'.repeat(bytes)}<step>`;
      tally.add(await compare({ ...stage, step }, MESSAGES, { ...row, request }));
    }
  });

  for (const name of ['service protocol ws', 'service protocol wss']) {
    it(name, () => {
      const [row] = scenarioOf(name).exchanges;
      assert.throws(
        () => loadObject(scenarioOf(name).config),
        (error) => error instanceof ConfigError && error.issues.some(({ field }) => field === 'protocol'),
      );
      tally.add({ scenario: name, what: row?.what ?? '', status: 400, problems: [] });
    });
  }

  it(RELOAD, async () => {
    const without = { services: [] };
    for (const row of rowsOf(RELOAD)) {
      // The last row is played on the config that the first one has put in service.
      if (row.after_handshake_upstream_got_hex === undefined) proxy.swap(without);
      const step = () => proxy.swap(without);
      const compared = await compare({ ...stage, step }, RELOAD, row);
      const frames = Buffer.from(behindHandshake(31_001), 'latin1').toString('hex');
      assert.equal(frames, row.after_handshake_upstream_got_hex ?? frames);
      tally.add(compared);
    }
  });

  it('plays every scenario, and differs only where it is meant to', (t) => {
    const left = scenarios.filter(
      ({ name, exchanges }) => !played.has(name) && !tally.skips(name, exchanges.length),
    );
    assert.deepEqual(
      left.map(({ name }) => name),
      [],
    );
    tally.report(t);
  });

  function scenarioOf(name: string): RecordedScenario<Row> {
    played.add(name);
    const scenario = scenarios.find((candidate) => candidate.name === name);
    assert.ok(scenario !== undefined);
    return scenario;
  }

  /** Puts the config of a scenario in service. */
  function rowsOf(name: string): readonly Row[] {
    const { config, exchanges } = scenarioOf(name);
    proxy.swap(upstreams.ports.config(config));
    return exchanges;
  }

  /** What the last connection to a recorded port brought behind its head. */
  function behindHandshake(port: number): string {
    const received = upstreams.connections(port).at(-1)?.received ?? '';
    return received.slice(received.indexOf('\r\n\r\n') + 4);
  }
});
