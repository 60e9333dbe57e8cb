import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '#gateway/config/issue.js';
import { BALANCING_DIFFERENCES, BALANCING_SKIPPED } from '../helpers/balancing-differences.js';
import {
  askAdmin,
  comparable,
  countByPort,
  periodOf,
  requestWith,
  worstShare,
} from '../helpers/balancing-replay.js';
import { type FakeAnswer, FakeTransport, type SentRequest } from '../helpers/fake-transport.js';
import { PortMap } from '../helpers/port-map.js';
import { loadObject, RunningProxy } from '../helpers/proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import {
  answerProblems,
  type RecordedExchange,
  type RecordedScenario,
  upstreamProblems,
} from '../helpers/stream-recording.js';
import { recording, Tally } from '../helpers/tally.js';
import { upstreamsWith } from '../helpers/upstreams.js';
import { waitFor } from '../helpers/wait-for.js';

const RECORDING = 'data-plane/01-balancing.json';
const GATEWAY_PORT = 38_000;

type Row = RecordedExchange & { readonly data?: unknown };
type Target = { readonly target: string; readonly weight?: number };
type Config = {
  readonly services: readonly object[];
  readonly upstreams?: readonly { readonly targets: readonly Target[] }[];
};
type Scenario = RecordedScenario<Row> & { readonly config: Config };

/** What is told of rows of data: ours, where it is comparable at all. */
type Ask = (scenario: Scenario, row: Row) => unknown;

describe("balancing, on Kong's recordings", () => {
  const scenarios = recording<readonly Scenario[]>('data-plane', '01-balancing.json');
  const tally = new Tally(RECORDING, BALANCING_DIFFERENCES, BALANCING_SKIPPED);
  const transport = new FakeTransport();
  const ports = new PortMap();
  let proxy: RunningProxy;
  /** The ports of the requests of the scenario so far. */
  let sequence: readonly number[] = [];
  let map: Readonly<Record<string, number>> = {};

  before(async () => {
    const names = upstreamsWith({
      localhost: [{ address: '127.0.0.1', port: undefined, weight: undefined }],
      LOCALHOST: [{ address: '127.0.0.1', port: undefined, weight: undefined }],
    });
    const realIp = { trustedIps: ['127.0.0.1'], header: 'X-Real-IP', recursive: false };
    proxy = await RunningProxy.start({}, { realIp }, transport, {}, undefined, names);
    ports.add(GATEWAY_PORT, proxy.port);
  });
  after(() => proxy.close());

  for (const scenario of scenarios) {
    if (tally.skips(scenario.name, scenario.exchanges.length)) continue;
    it(scenario.name, async () => {
      sequence = [];
      map = {};
      transport.answer = answerOf;
      const refused = scenario.exchanges.some(({ what }) => what === 'POST /config');
      if (!refused) await serve(scenario.config);
      for (const row of scenario.exchanges) await playRow(scenario, row);
    });
  }

  it('plays every scenario, and differs only where it is meant to', (t) => tally.report(t));

  /** What the recordings' upstreams answered, which live on these ports. */
  function answerOf({ origin, request }: SentRequest): FakeAnswer {
    if (origin.host === 'u.up') return { failure: 'name_resolution' };
    if (origin.port < 31_101 || origin.port > 31_110) return { failure: 'connect_failed' };
    const { method, target } = request;
    const body = JSON.stringify({ port: origin.port, method, url: target });
    const headers = ['Content-Type', 'application/json', 'X-Echo-Port', String(origin.port)];
    return { status: 200, body, headers };
  }

  async function serve(config: object): Promise<void> {
    await proxy.upstreams.lookUpNames(loadObject(config));
    proxy.swap(config);
    // What a name leads to, or that it leads nowhere, is told right after.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function playRow(scenario: Scenario, row: Row): Promise<void> {
    const { name } = scenario;
    const { what, data } = row;
    if (row.request !== undefined) {
      const answers = await exchange(proxy.port, [row.request]);
      const problems = [...answerProblems(row, answers), ...upstreamProblems(row, seen(), ports)];
      tally.add({ scenario: name, what, status: answers[0]?.status ?? 0, problems });
      return;
    }
    if (what === 'POST /config') {
      assert.throws(() => loadObject(scenario.config), ConfigError);
      tally.add({ scenario: name, what, status: 400, problems: [] });
      return;
    }
    const admin = /^admin (\w+) (\S+)$/.exec(what);
    if (admin !== null) {
      const [, method = '', path = ''] = admin;
      const { status, body } = askAdmin(method, path, scenario.config, proxy.upstreams);
      const recorded: unknown = Reflect.get(row, 'body');
      const problems = differing(comparable(recorded), comparable(body));
      tally.add({ scenario: name, what, status, problems });
      return;
    }
    const [, ask] = ASKED.find(([pattern]) => pattern.test(what)) ?? [];
    assert.ok(ask !== undefined, `nobody knows how to play "${what}"`);
    const ours = await ask(scenario, row);
    const problems = data === '<varies>' || ours === FREE ? [] : differing(data, ours);
    tally.add({ scenario: name, what, status: 200, problems });
  }

  /** What the upstreams that answered saw, as recorded. */
  function seen() {
    const answered = transport.take().filter((sent) => 'status' in answerOf(sent));
    return answered.map(({ origin, request }) => ({
      port: origin.port,
      method: request.method,
      url: request.target,
      headers: pairs(request.rawHeaders),
      ...{ nth: 1, body: '', chunks: [], trailers: '', complete: true },
    }));
  }

  /** Sends requests one after another over one connection, and tells which port each ended at. */
  async function send(requests: readonly string[]): Promise<readonly number[]> {
    const client = await RawClient.connect(proxy.port);
    const found: number[] = [];
    transport.take();
    for (const request of requests) {
      client.write(request);
      const answer = await client.answer('GET');
      assert.equal(answer?.status, 200);
      found.push(transport.take().at(-1)?.origin.port ?? 0);
    }
    client.close();
    return found;
  }

  const plain = (count: number) => send(Array(count).fill('GET /r HTTP/1.1\r\nHost: gw.test\r\n\r\n'));

  /** Where each key goes. */
  async function mapKeys(
    { name }: Scenario,
    keys: readonly string[],
  ): Promise<Readonly<Record<string, number>>> {
    const found = await send(keys.map((key) => requestWith(name, key)));
    return Object.fromEntries(keys.map((key, index) => [key, found[index] ?? 0]));
  }

  function keysOf({ exchanges }: Scenario): readonly string[] {
    const recorded: unknown = exchanges.find(({ what }) => what === 'map')?.data;
    if (typeof recorded === 'object' && recorded !== null) return Object.keys(recorded);
    const [, count = '0'] = / of (\d+)/.exec(String(exchanges[0]?.data)) ?? [];
    return Array.from({ length: Number(count) }, (_, index) => `key-${index}`);
  }

  const FREE = Symbol('drawn anew at each load');

  const ASKED: readonly (readonly [RegExp, Ask])[] = [
    [
      /^(\d+) requests( one after another, counts)?$/,
      async (_, { what }) => {
        sequence = await plain(Number.parseInt(what, 10));
        return tallyOf(sequence);
      },
    ],
    [/^the sequence repeats with period$/, () => periodOf(sequence)],
    [/^(first 40|one cycle, rotated to its smallest form)$/, () => FREE],
    [
      /^largest absolute difference from the exact share/,
      ({ config }) => worstShare(sequence, config.upstreams?.[0]?.targets ?? []),
    ],
    [
      /^(before|after)$/,
      async ({ config }, { what }) => {
        if (what === 'after') await serve(config);
        sequence = [...sequence, ...(await plain(8))];
        return FREE;
      },
    ],
    [
      /^every 4 in a row are all 4 targets$/,
      () =>
        [0, 8].map((at) =>
          [0, 1, 2, 3, 4].every((by) => new Set(sequence.slice(at + by, at + by + 4)).size === 4),
        ),
    ],
    [/^12 requests, every Host seen at each port$/, seenHosts],
    [
      /^keys that stayed on their target when asked again$/,
      async (scenario) => {
        const keys = keysOf(scenario);
        map = await mapKeys(scenario, keys);
        const again = await mapKeys(scenario, keys);
        return `${keys.filter((key) => map[key] === again[key]).length} of ${keys.length}`;
      },
    ],
    [/^counts$/, () => tallyOf(Object.values(map))],
    [/^map$/, () => map],
    [
      /^target 31104 removed: /,
      async (scenario) => {
        const { config } = scenario;
        const upstreams = config.upstreams?.map((upstream) => ({
          ...upstream,
          targets: upstream.targets.filter(({ target }) => !target.endsWith('31104')),
        }));
        await serve({ ...config, upstreams });
        const others = Object.keys(map).filter((key) => map[key] !== 31_104);
        const now = await mapKeys(scenario, others);
        return `${others.filter((key) => now[key] !== map[key]).length} of ${others.length}`;
      },
    ],
    [
      /^target added back: /,
      async (scenario) => {
        await serve(scenario.config);
        const keys = Object.keys(map);
        const now = await mapKeys(scenario, keys);
        return `${keys.filter((key) => now[key] === map[key]).length} of ${keys.length}`;
      },
    ],
    [/^12 at once, all held/, held],
    [/^one after another, 40$/, async () => tallyOf(await plain(40))],
    [/^31101 takes 60 ms/, slowOne],
    [
      /^one quick target may take nearly all/,
      () => Math.max(...Object.values(tallyOf(sequence))) > sequence.length / 2,
    ],
    [/^40 GETs all 200$/, deadOnes],
    [
      /^failed attempts per request lie within$/,
      (_, { data }) => (attempts.every((count) => count >= 1 && count <= 4) ? data : attempts),
    ],
  ];

  async function seenHosts(): Promise<readonly string[]> {
    const hosts = new Set<string>();
    for (let count = 0; count < 12; count += 1) {
      await exchange(proxy.port, ['GET /r HTTP/1.1\r\nHost: gw.test\r\n\r\n'], { answers: 1 });
      for (const { origin, request } of transport.take())
        hosts.add(`port ${origin.port} got Host ${request.rawHeaders[1]}`);
    }
    return [...hosts].sort();
  }

  async function held(): Promise<unknown> {
    const waiting: (() => void)[] = [];
    transport.answer = (sent) => new Promise((resolve) => waiting.push(() => resolve(answerOf(sent))));
    const clients = Array.from({ length: 12 }, () =>
      exchange(proxy.port, ['GET /r HTTP/1.1\r\nHost: gw.test\r\n\r\n'], { answers: 1 }),
    );
    await waitFor('all requests to be held', () => waiting.length === 12);
    for (const release of waiting) release();
    await Promise.all(clients);
    transport.answer = answerOf;
    return countByPort(transport.take());
  }

  async function slowOne(): Promise<boolean> {
    transport.answer = async (sent) => {
      if (sent.origin.port === 31_101) await new Promise((resolve) => setTimeout(resolve, 60));
      return answerOf(sent);
    };
    const one = async () => {
      const client = await RawClient.connect(proxy.port);
      for (let count = 0; count < 150; count += 1) {
        client.write('GET /r HTTP/1.1\r\nHost: gw.test\r\n\r\n');
        await client.answer('GET');
      }
      client.close();
    };
    await Promise.all([one(), one()]);
    sequence = transport.take().map(({ origin }) => origin.port);
    return (tallyOf(sequence)[31_101] ?? 0) < 30;
  }

  /** How many attempts each request took. */
  const attempts: number[] = [];

  async function deadOnes(): Promise<boolean> {
    for (let count = 0; count < 40; count += 1) {
      const [answer] = await exchange(proxy.port, ['GET /r HTTP/1.1\r\nHost: gw.test\r\n\r\n'], {
        answers: 1,
      });
      if (answer?.status !== 200) return false;
      attempts.push(transport.take().length);
    }
    return true;
  }
});

function tallyOf(found: readonly number[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const port of found) counts[port] = (counts[port] ?? 0) + 1;
  return counts;
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
}

function differing(recorded: unknown, ours: unknown): readonly string[] {
  if (isDeepStrictEqual(recorded, ours)) return [];
  return [`Kong: ${JSON.stringify(recorded)}`, `ours: ${JSON.stringify(ours)}`];
}
