import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import type { Transport } from '#gateway/proxy/transport/transport.js';
import { FullBacklog } from '../helpers/full-backlog.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, type RawClient } from '../helpers/raw-client.js';
import type { RawScript } from '../helpers/raw-upstream.js';
import { compare, type Stage } from '../helpers/replay.js';
import { readRequests, ScriptedUpstreams } from '../helpers/scripted-upstreams.js';
import { STREAM_DIFFERENCES, STREAM_SKIPPED } from '../helpers/stream-differences.js';
import type { RecordedExchange, RecordedScenario } from '../helpers/stream-recording.js';
import {
  actingAtOnce,
  bareEchoing,
  byPath,
  dripping,
  echoing,
  failingAfter,
} from '../helpers/streaming-upstream.js';
import { recording, Tally } from '../helpers/tally.js';
import { waitFor } from '../helpers/wait-for.js';

const RECORDING = 'data-plane/07-streaming.json';
const GATEWAY_PORT = 38_000;
const HEAD = 'HTTP/1.1 200 OK\r\n';

/** What the recording's upstreams do, by their recorded port. */
const BODIES: Readonly<Record<number, RawScript>> = {
  31002: echoing(31_002),
  31003: dripping(
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n1e\r\n${'A'.repeat(30)}\r\n`,
    Array(20).fill('1\r\nA\r\n'),
    500,
  ),
  31004: actingAtOnce(['HTTP/1.1 413 Too Big\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig', 'FIN']),
  31005: actingAtOnce([`${HEAD}Content-Length: 5\r\n\r\nearly`]),
  31006: echoing(31_006),
  31007: actingAtOnce([
    'HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'FIN',
  ]),
};
const KEEP_ALIVE: Readonly<Record<number, RawScript>> = {
  31020: bareEchoing(31_020),
  31021: failingAfter(31_021, 1, ['FIN']),
  31022: bareEchoing(31_022, '', ['FIN']),
  31023: bareEchoing(31_023, 'Connection: close\r\n', ['FIN']),
  31024: bareEchoing(31_024, 'Keep-Alive: timeout=1, max=1\r\n'),
  31025: failingAfter(31_025, 1, [`${HEAD}Content-Le`, 'FIN']),
};
const SLOW: Readonly<Record<number, RawScript>> = {
  31030: dripping('', [], 0),
  31031: dripping(`${HEAD}Content-Length: 10\r\n\r\nabc`, [], 0),
  31032: dripping(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, [], 0),
  31033: ({ socket }) => void socket.pause(),
  31034: dripping(
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    [...Array(5).fill('1\r\nx\r\n'), '0\r\n\r\n'],
    400,
  ),
  31035: dripping(HEAD, [...Array(4).fill('X-A: 1\r\n'), 'Content-Length: 0\r\n\r\n'], 400),
};

describe("streaming, on Kong's recordings", () => {
  const scenarios = recording<readonly RecordedScenario[]>('data-plane', '07-streaming.json');
  const played = new Set<string>();
  const tally = new Tally(RECORDING, STREAM_DIFFERENCES, STREAM_SKIPPED);

  for (const name of ['upstream answers, buffered', 'upstream answers to HEAD', 'keep-alive to the client']) {
    it(name, () => onStage(name, { 31001: byPath }, (stage, row) => addCompared(stage, name, row)));
  }

  it('request bodies, unbuffered', () =>
    onStage('request bodies, unbuffered', BODIES, (stage, row) =>
      addCompared(
        { ...stage, step: (client) => bodyStep(stage, client, row) },
        'request bodies, unbuffered',
        row,
      ),
    ));

  it('client_max_body_size default', () =>
    onStage('client_max_body_size default', BODIES, (stage, row) =>
      addCompared(stage, 'client_max_body_size default', row),
    ));

  for (const retries of [0, 1, 5]) {
    const name = `stale upstream connection (FIN on its second request), retries ${retries}`;
    it(name, () =>
      onStage(name, KEEP_ALIVE, async (stage, row) => {
        await leaveIdle(stage, '/stale');
        await addCompared(stage, name, row);
      }),
    );
  }

  it('upstream dies inside the head on its second request, retries 5', () => {
    const name = 'upstream dies inside the head on its second request, retries 5';
    return onStage(name, KEEP_ALIVE, async (stage, row) => {
      await leaveIdle(stage, '/part');
      await addCompared(stage, name, row);
    });
  });

  it('upstream keepalive, max_requests 3', () => {
    const name = 'upstream keepalive, max_requests 3';
    return onStage(
      name,
      KEEP_ALIVE,
      (stage, row) => countRequests(stage, name, row),
      new Http1Transport({ maxRequests: 3 }),
    );
  });

  it('timeouts, retries 0', async () => {
    const name = 'timeouts, retries 0';
    const hole = await FullBacklog.open();
    const body = 'b'.repeat(12_000_000);
    try {
      await onStage(name, SLOW, async (stage, row) => {
        stage.upstreams.ports.add(31_036, hole.port);
        await addCompared({ ...stage, step: (client) => client.write(body) }, name, row);
      });
    } finally {
      await hole.close();
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

  /** Plays every row of a scenario. */
  async function onStage(
    name: string,
    scripts: Readonly<Record<number, RawScript>>,
    each: (stage: Stage, row: RecordedExchange) => Promise<void>,
    transport?: Transport,
  ): Promise<void> {
    played.add(name);
    const scenario = scenarios.find((candidate) => candidate.name === name);
    assert.ok(scenario !== undefined);
    const upstreams = await ScriptedUpstreams.start(scripts);
    const proxy = await RunningProxy.start({}, undefined, transport);
    upstreams.ports.add(GATEWAY_PORT, proxy.port);
    try {
      for (const row of scenario.exchanges) {
        proxy.swap(upstreams.ports.config(scenario.config));
        await each({ port: proxy.port, upstreams }, row);
      }
    } finally {
      await proxy.close();
      await upstreams.close();
    }
  }

  /** Compares how many requests went over each connection that has ended since. */
  async function countRequests(
    { port, upstreams }: Stage,
    scenario: string,
    row: RecordedExchange & { readonly data?: { readonly requests_on_a_connection: readonly number[] } },
  ): Promise<void> {
    const path = row.what.split(':')[0];
    for (let count = 0; count < 13; count += 1)
      await exchange(port, [`GET /${path} HTTP/1.1\r\nHost: gw.test\r\n\r\n`], { answers: 1 });
    const counts = new Set(upstreams.ended.map((connection) => readRequests(0, connection.received).length));
    const problems = isDeepStrictEqual([...counts], row.data?.requests_on_a_connection)
      ? []
      : [`ours: ${[...counts]}`];
    await upstreams.hangUp();
    upstreams.forget();
    tally.add({ scenario, what: row.what, status: 200, problems });
  }

  async function addCompared(stage: Stage, scenario: string, row: RecordedExchange): Promise<void> {
    tally.add(await compare(stage, scenario, row));
  }
});

async function leaveIdle({ port, upstreams }: Stage, path: string): Promise<void> {
  await exchange(port, [`GET ${path} HTTP/1.1\r\nHost: gw.test\r\n\r\n`], { answers: 1 });
  upstreams.take();
}

/** What the recorded client did where a row says so in its name. */
async function bodyStep({ upstreams }: Stage, client: RawClient, { what }: RecordedExchange): Promise<void> {
  if (what.startsWith('client closes')) client.close();
  else await waitFor('the first half', () => upstreams.seen.some(({ body }) => body === 'hello'));
}
