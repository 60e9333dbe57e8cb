import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { WorkerFleet } from '#gateway/cluster/fleet.js';
import type { ToPrimary, ToWorker } from '#gateway/cluster/messages.js';
import { ListenError, WorkerError } from '#gateway/errors.js';
import { FakeWorker, willing } from '../../helpers/fake-worker.js';
import { recordingLog } from '../../helpers/gateway.js';
import { loadObject } from '../../helpers/proxy.js';
import { upstreamsWith } from '../../helpers/upstreams.js';
import { waitFor } from '../../helpers/wait-for.js';

type Answer = (message: ToWorker, worker: FakeWorker) => ToPrimary | undefined;

const config = loadObject({ services: [{ name: 's', host: 'h', routes: [{ name: 'r', paths: ['/'] }] }] });
const served = (version: number) => ({ version, config, builtAt: 0 });
const anyPort = [{ host: '127.0.0.1', port: 0 }];

describe('a fleet of workers', () => {
  let fleet: WorkerFleet;
  const upstreams = upstreamsWith();
  const forked: FakeWorker[] = [];
  const { log, logged } = recordingLog();
  afterEach(async () => {
    await fleet.close(0);
    forked.length = 0;
  });

  /** `answers`: how each worker that is started answers, in turn; willingly where none is left. */
  function launch(count: number, answers: readonly Answer[] = [], patience = 10_000): void {
    fleet = WorkerFleet.launch({
      ...{ count, log, patience },
      openUpstreams: async () => ({ upstreams, close: () => upstreams.close() }),
      fork: () => {
        const worker = new FakeWorker(1000 + forked.length, answers[forked.length]);
        forked.push(worker);
        return worker;
      },
    });
  }

  function toldBy(worker: number): readonly string[] {
    return (forked[worker]?.told ?? []).map((message) => {
      return 'version' in message ? `${message.type} ${message.version}` : message.type;
    });
  }

  const without =
    (
      type: ToWorker['type'],
      instead: (message: ToWorker, worker: FakeWorker) => ToPrimary | undefined,
    ): Answer =>
    (message, worker) =>
      message.type === type ? instead(message, worker) : willing(message, worker);

  it('gives every worker the config before it listens', async () => {
    launch(2);
    assert.deepEqual(toldBy(0), []);
    assert.deepEqual(await fleet.start(served(1), anyPort), [{ host: '127.0.0.1', port: 4321 }]);
    const expected = ['begin 1', 'piece 1', 'piece 1', 'prepare 1', 'commit 1'].map(
      (what) => `config:${what}`,
    );
    for (const worker of [0, 1])
      assert.deepEqual(toldBy(worker), ['health:changed', ...expected, 'worker:listen']);
    assert.deepEqual(fleet.pids, [1000, 1001]);
  });

  it('fails with what every worker said when none can listen', async () => {
    const deaf = without('worker:listen', () => ({ type: 'worker:deaf', message: 'the port is taken' }));
    launch(2, [deaf, deaf]);
    await assert.rejects(fleet.start(served(1), anyPort), (error) => {
      return error instanceof ListenError && error.message === 'the port is taken';
    });
  });

  it('fails when no worker can be started', async () => {
    launch(1, [
      without('config:begin', (_message, worker) => {
        worker.end({ code: 3, signal: null });
        return undefined;
      }),
    ]);
    await assert.rejects(fleet.start(served(1), anyPort), (error) => {
      return error instanceof WorkerError && /no worker could be started: .*exit code 3/.test(error.message);
    });
  });

  it('swaps nowhere when one worker rejects', async () => {
    const rejecting: Answer = (message, worker) =>
      message.type === 'config:prepare' && message.version === 2
        ? { type: 'config:rejected', version: 2, message: 'out of memory' }
        : willing(message, worker);
    launch(2, [willing, rejecting]);
    await fleet.start(served(1), anyPort);
    await assert.rejects(fleet.swap(served(2)), /worker 2 \(pid 1001\) rejects the config: out of memory/);
    for (const worker of [0, 1]) {
      assert.ok(toldBy(worker).includes('config:abort 2'));
      assert.ok(!toldBy(worker).includes('config:commit 2'));
    }
    await fleet.swap(served(3));
    for (const worker of [0, 1]) assert.ok(toldBy(worker).includes('config:commit 3'));
  });

  it('swaps nowhere when one worker stays silent', async () => {
    const silent: Answer = (message, worker) =>
      message.type === 'config:piece' && message.version === 2 ? undefined : willing(message, worker);
    launch(2, [willing, silent], 50);
    await fleet.start(served(1), anyPort);
    await assert.rejects(
      fleet.swap(served(2)),
      /worker 2 \(pid 1001\) did not take the config within 0\.05 s/,
    );
    assert.ok(!toldBy(0).includes('config:commit 2'));
  });

  it('swaps the others when one ends meanwhile, and its replacement gets what serves then', async () => {
    const ending: Answer = (message, worker) => {
      if (message.type !== 'config:prepare' || message.version !== 2) return willing(message, worker);
      worker.end({ code: null, signal: 'SIGKILL' });
      return undefined;
    };
    launch(2, [ending]);
    await fleet.start(served(1), anyPort);
    await fleet.swap(served(2));
    assert.ok(toldBy(1).includes('config:commit 2'));
    await waitFor('the replacement', () => toldBy(2).includes('worker:listen'));
    assert.ok(toldBy(2).includes('config:commit 2'));
    assert.ok(!toldBy(2).includes('config:commit 1'));
    assert.ok(
      logged.some(({ message }) => /^worker 1 \(pid 1000\) ended by SIGKILL; it is repl/.test(message)),
    );
  });

  it('ends a worker that does not commit, and starts another with the new config', async () => {
    const stuck: Answer = (message, worker) =>
      message.type === 'config:commit' && message.version === 2 ? undefined : willing(message, worker);
    launch(1, [stuck], 50);
    await fleet.start(served(1), anyPort);
    await fleet.swap(served(2));
    await waitFor('the replacement', () => toldBy(1).includes('worker:listen'));
    assert.ok(toldBy(1).includes('config:commit 2'));
  });

  it('gives a worker that comes up during a swap what serves afterwards', async () => {
    let release = (): void => undefined;
    const slow: Answer = (message, worker) => {
      if (message.type !== 'config:prepare' || message.version !== 2) return willing(message, worker);
      release = () => worker.say({ type: 'config:prepared', version: 2 });
      return undefined;
    };
    launch(2, [slow]);
    await fleet.start(served(1), anyPort);
    forked[1]?.kill('SIGKILL');
    const swapped = fleet.swap(served(2));
    await waitFor('the replacement', () => forked.length === 3);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!toldBy(2).includes('worker:listen'));
    release();
    await swapped;
    await waitFor('the replacement to listen', () => toldBy(2).includes('worker:listen'));
    assert.deepEqual(
      toldBy(2).filter((what) => what.startsWith('config:commit')),
      ['config:commit 2'],
    );
  });

  it('keeps the port when the last listener has gone', async () => {
    launch(1);
    await fleet.start(served(1), anyPort);
    forked[0]?.kill('SIGKILL');
    await waitFor('the replacement', () => toldBy(1).includes('worker:listen'));
    assert.deepEqual(forked[1]?.told.at(-1), {
      type: 'worker:listen',
      addresses: [{ host: '127.0.0.1', port: 4321 }],
    });
  });

  it('replaces a worker that leaves at once, and lets it drain', async () => {
    launch(1);
    await fleet.start(served(1), anyPort);
    forked[0]?.say({ type: 'worker:leaving' });
    await waitFor('the replacement', () => toldBy(1).includes('worker:listen'));
    assert.deepEqual(fleet.pids, [1000, 1001]);
    await fleet.swap(served(2));
    assert.ok(!toldBy(0).includes('config:begin 2'));
  });

  it('says which worker does not answer', async () => {
    launch(1);
    await fleet.start(served(1), anyPort);
    forked[0]?.say('nonsense');
    assert.deepEqual(await fleet.status(), [{ id: 1, pid: 1000, figures: undefined }]);
  });
});
