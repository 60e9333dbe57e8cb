import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { FullBacklog } from '../helpers/full-backlog.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange } from '../helpers/raw-client.js';
import type { RawScript } from '../helpers/raw-upstream.js';
import { ScriptedUpstreams } from '../helpers/scripted-upstreams.js';
import { answerProblems, type RecordedExchange, type RecordedScenario } from '../helpers/stream-recording.js';
import { type Act, echoing, perform } from '../helpers/streaming-upstream.js';
import { recording, Tally } from '../helpers/tally.js';

/** The retries of 01-balancing.json, each of whose targets fails in one way. */
const NAME = /^retries: (.+)$/;
const GOOD = 31_101;

type Row = RecordedExchange & {
  readonly data?: Readonly<Record<string, number | string>>;
  readonly attempts_seen_at_the_target?: number | string;
};
type Scenario = RecordedScenario<Row>;

/** What the bad target of a scenario does once it has a request, by the scenario's name. */
const FAILINGS: Readonly<Record<string, readonly Act[]>> = {
  'request-then-close': ['FIN'],
  'half-head': ['HTTP/1.1 200 OK\r\nContent-Le', 'FIN'],
  500: ['HTTP/1.1 500 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno', 'FIN'],
  503: ['HTTP/1.1 503 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno', 'FIN'],
  429: ['HTTP/1.1 429 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno', 'FIN'],
};

describe("retries, on Kong's recordings", () => {
  const tally = new Tally('data-plane/01-balancing.json', [], []);
  const scenarios = recording<readonly Scenario[]>('data-plane', '01-balancing.json');
  for (const scenario of scenarios) {
    const [, failing = ''] = NAME.exec(scenario.name) ?? [];
    if (failing.startsWith('backlog full'))
      it(scenario.name, async () => {
        const hole = await FullBacklog.open();
        try {
          await play(scenario, failing, hole.port);
        } finally {
          await hole.close();
        }
      });
    else if (failing === 'connect-then-reset' || failing in FAILINGS)
      it(scenario.name, () => play(scenario, failing));
  }

  it('come out as recorded', (t) => tally.report(t));

  async function play(scenario: Scenario, failing: string, hole?: number): Promise<void> {
    const bad = portOfPlain(scenario);
    const upstreams = await ScriptedUpstreams.start({
      [GOOD]: echoing(GOOD),
      ...(hole === undefined ? { [bad]: scriptOf(failing) } : {}),
    });
    if (hole !== undefined) upstreams.ports.add(bad, hole);
    const proxy = await RunningProxy.start(upstreams.ports.config(scenario.config));
    try {
      for (const row of scenario.exchanges) {
        const before = upstreams.connections(bad).length;
        const problems = row.request === undefined ? await mix(proxy.port, row) : await one(proxy.port, row);
        const attempts = upstreams.connections(bad).length - before;
        if (
          !isOpen(failing, row) &&
          row.attempts_seen_at_the_target !== undefined &&
          row.attempts_seen_at_the_target !== attempts
        )
          problems.push(`${attempts} attempts instead of ${row.attempts_seen_at_the_target}`);
        tally.add({ scenario: scenario.name, what: row.what, status: row.status ?? 200, problems });
      }
    } finally {
      await proxy.close();
      await upstreams.close();
    }
  }
});

/**
 * A connection that is reset once it is made: whether a request was on its way by then is a matter of microseconds, and
 * only what was not may be repeated where repeating does harm. Kong's attempts vary as well.
 */
function isOpen(failing: string, { what }: Row): boolean {
  return failing === 'connect-then-reset' && /^(POST|PATCH|LOCK)/.test(what);
}

function scriptOf(failing: string): RawScript {
  if (failing === 'connect-then-reset') return (connection) => connection.reset();
  return async (connection) => {
    const { method } = await connection.request();
    const acts = FAILINGS[failing] ?? [];
    await perform(
      connection,
      method === 'HEAD' ? acts.map((act) => act.replace(/\r\n\r\nno$/, '\r\n\r\n')) : acts,
    );
  };
}

async function one(port: number, row: Row): Promise<string[]> {
  return [...answerProblems(row, await exchange(port, [row.request]))];
}

/** Twelve requests to a service with a bad and a good target, counted by status. */
async function mix(port: number, { what, data = {} }: Row): Promise<string[]> {
  const [method = ''] = what.split(' ');
  const body = method === 'POST' ? 'Content-Length: 3\r\n\r\nabc' : '\r\n';
  const statuses: Record<string, number> = {};
  for (let count = 0; count < 12; count += 1) {
    const [answer] = await exchange(port, [`${method} /mix HTTP/1.1\r\nHost: gw.test\r\n${body}`], {
      answers: 1,
    });
    const status = answer?.status ?? 0;
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  const varies = Object.values(data).includes('<varies>');
  if (varies || isDeepStrictEqual(statuses, data)) return [];
  return [`ours: ${JSON.stringify(statuses)} instead of ${JSON.stringify(data)}`];
}

/** The port of the service that has no upstream: the bad target's. */
function portOfPlain({ config }: Scenario): number {
  const plain = config.services.find((service) => Reflect.get(service, 'name') === 'plain');
  assert.ok(plain !== undefined);
  return Number(Reflect.get(plain, 'port'));
}
