import { setTimeout as delay } from 'node:timers/promises';
import type { HealthChange } from '../balancer/health/health-change.js';
import type { DataPlane } from '../data-plane/data-plane.js';
import { ListenError, messageOf, WorkerError } from '../errors.js';
import type { Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import type { UpstreamHealthReport } from '../metrics/upstream-health.js';
import type { WorkerStatus } from '../metrics/worker-status.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import type { TlsTerms } from '../tls/terms.js';
import type { OpenUpstreams } from '../upstreams/open-upstreams.js';
import { BackOff } from './back-off.js';
import { FleetHealth } from './fleet-health.js';
import { swapAll } from './swap.js';
import { describeEnd, type WorkerEnd, type WorkerPort, WorkerProcess } from './worker-process.js';

/** How long a worker may stay silent when it is asked for something, in milliseconds. */
const PATIENCE = 30_000;

export interface WorkerFleetOptions {
  readonly count: number;
  /** Starts the process of a worker, `id` counts from 1. */
  readonly fork: (id: number) => WorkerPort;
  readonly log: Logger;
  /** Opens what checks the health of targets for all workers. */
  readonly openUpstreams: () => Promise<OpenUpstreams>;
  /** How long a worker may stay silent when it is asked for something, in milliseconds; 30 seconds unless given. */
  readonly patience?: number;
}

/** Where a worker listens, or why it does not. */
type Outcome = readonly Listener[] | Error;

/** The data plane of several processes: workers proxy, and one that ends is replaced. */
export class WorkerFleet implements DataPlane {
  readonly #options: WorkerFleetOptions;
  /** Every process that has not ended, those that drain included. */
  readonly #processes = new Set<WorkerProcess>();
  /** Those that have the current config, and get the next one. */
  readonly #members = new Set<WorkerProcess>();
  readonly #listening = new Set<WorkerProcess>();
  /** Those that could not be brought up, which has been told. */
  readonly #dismissed = new WeakSet<WorkerProcess>();
  readonly #end = new AbortController();
  /** How the first worker of each place came up. */
  #outcomes: readonly Promise<Outcome>[] = [];
  #begin: () => void = () => undefined;
  readonly #begun = new Promise<void>((resolve) => {
    this.#begin = resolve;
  });
  #current: ServedConfig | undefined;
  #health: FleetHealth | undefined;
  #addresses: readonly Listener[] = [];
  #terms: TlsTerms | undefined;
  #opened: readonly Listener[] | undefined;
  /** Settles, and never rejects, when the swap that runs has ended. */
  #swapping: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: WorkerFleetOptions) {
    this.#options = options;
  }

  /** Starts the processes. They serve nothing before `start`. */
  static launch(options: WorkerFleetOptions): WorkerFleet {
    const fleet = new WorkerFleet(options);
    fleet.#outcomes = Array.from(
      { length: options.count },
      (_, place) => new Promise<Outcome>((report) => void fleet.#keep(place + 1, report)),
    );
    return fleet;
  }

  get pids(): readonly number[] {
    return this.#inOrder().map(({ pid }) => pid);
  }

  async start(
    first: ServedConfig,
    addresses: readonly Listener[],
    terms?: TlsTerms,
  ): Promise<readonly Listener[]> {
    const tell = (change: HealthChange): void => {
      for (const worker of this.#processes) worker.tellHealth([change]);
    };
    this.#health = new FleetHealth(await this.#options.openUpstreams(), tell);
    this.#health.serve(await this.#health.build(first.config));
    this.#current = first;
    this.#addresses = addresses;
    this.#terms = terms;
    this.#begin();
    const outcomes = await Promise.all(this.#outcomes);
    const deaf = outcomes.find((outcome) => outcome instanceof ListenError);
    if (deaf !== undefined) throw deaf;
    const opened = outcomes.find((outcome) => !(outcome instanceof Error));
    if (opened === undefined || opened instanceof Error) {
      throw new WorkerError(`no worker could be started: ${outcomes.map(messageOf).join('; ')}`);
    }
    return opened;
  }

  async swap(next: ServedConfig): Promise<void> {
    const health = this.#health;
    const upstreams = await health?.build(next.config);
    const swapped = swapAll([...this.#members], next, () => {
      this.#current = next;
      if (upstreams !== undefined) health?.serve(upstreams);
    });
    this.#swapping = swapped.catch(() => undefined);
    try {
      await swapped;
    } finally {
      this.#swapping = undefined;
    }
  }

  status(): Promise<readonly WorkerStatus[]> {
    const ask = async (worker: WorkerProcess): Promise<WorkerStatus> => {
      return { id: worker.id, pid: worker.pid, figures: await worker.figures() };
    };
    return Promise.all(this.#inOrder().map(ask));
  }

  healthOf(upstream: string): UpstreamHealthReport | undefined {
    return this.#health?.healthOf(upstream);
  }

  reopenLogs(): void {
    for (const worker of this.#processes) worker.reopenLogs();
  }

  close(timeout: number): Promise<void> {
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  /** Ends every process at once, whatever it is doing. */
  kill(): void {
    this.#end.abort();
    for (const worker of this.#processes) worker.kill();
  }

  async #close(timeout: number): Promise<void> {
    this.#end.abort();
    // Those that never got a config have nothing to drain.
    if (this.#current === undefined) this.kill();
    await Promise.all([...this.#processes].map((worker) => worker.drain(timeout)));
    await this.#health?.close();
  }

  #inOrder(): readonly WorkerProcess[] {
    return [...this.#processes].sort((a, b) => a.id - b.id);
  }

  /** Keeps one place filled until the fleet closes. `report` hears how its first worker came up, the log of the others. */
  async #keep(id: number, report: (outcome: Outcome) => void): Promise<void> {
    const { signal } = this.#end;
    const backOff = new BackOff();
    const logFailure = (outcome: Outcome): void => {
      const failed = outcome instanceof Error && !signal.aborted;
      if (failed) this.#options.log.error({ worker: id }, `worker ${id}: ${messageOf(outcome)}`);
    };
    let tell = report;
    while (!signal.aborted) {
      const born = performance.now();
      const left = await this.#fill(id, tell);
      tell = logFailure;
      if (left) continue;
      await delay(backOff.after(performance.now() - born), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Fills a place once. Resolves when its worker is gone, or, to true, when it wants to be replaced. */
  async #fill(id: number, tell: (outcome: Outcome) => void): Promise<boolean> {
    const { fork, log, patience = PATIENCE } = this.#options;
    let worker: WorkerProcess | undefined;
    try {
      worker = this.#admit(
        new WorkerProcess(id, fork(id), patience, (reports) => this.#health?.take(reports)),
      );
      tell(await this.#bringUp(worker));
    } catch (error) {
      tell(error instanceof Error ? error : new WorkerError(messageOf(error)));
      if (worker !== undefined) await this.#dismiss(worker);
      return false;
    }
    const leaving = worker.leaving.then(() => true);
    const left = await Promise.race([leaving, worker.ended.then(() => false)]);
    if (!left) return false;
    this.#retire(worker);
    log.info({ worker: id }, `${worker.name} drains by its own wish, and is replaced`);
    return true;
  }

  #admit(worker: WorkerProcess): WorkerProcess {
    this.#processes.add(worker);
    worker.ended.then((end) => this.#forget(worker, end));
    return worker;
  }

  /** Ends a worker that could not be brought up. */
  async #dismiss(worker: WorkerProcess): Promise<void> {
    this.#dismissed.add(worker);
    worker.kill();
    await worker.ended;
  }

  /** Gives a worker the current config, and lets it listen. */
  async #bringUp(worker: WorkerProcess): Promise<readonly Listener[]> {
    await worker.ready;
    await this.#begun;
    // What changes from here on every process is told.
    worker.tellHealth(this.#health?.unhealthy ?? []);
    let served: ServedConfig | undefined;
    while (this.#current !== undefined && served !== this.#current) {
      // What serves is not known before the swap that runs has ended; afterwards it may be something else.
      await this.#swapping;
      served = this.#current;
      await worker.prepare(served, this.#end.signal);
      await worker.commit(served.version);
      if (this.#swapping !== undefined) served = undefined;
    }
    // From here on it takes part in every swap, whether it listens yet or not.
    this.#members.add(worker);
    const opened = await worker.listen(this.#addresses, this.#terms);
    this.#listening.add(worker);
    this.#opened ??= opened;
    return opened;
  }

  /** It serves what it has begun, and gets no other config. */
  #retire(worker: WorkerProcess): void {
    this.#members.delete(worker);
    this.#listening.delete(worker);
    // Nobody holds the sockets any more: where any free port would have done, it has to be the same one again.
    if (this.#listening.size === 0 && this.#opened !== undefined) this.#addresses = this.#opened;
  }

  #forget(worker: WorkerProcess, end: WorkerEnd): void {
    this.#retire(worker);
    this.#processes.delete(worker);
    const { id, pid, name } = worker;
    const fields = { worker: id, worker_pid: pid, ...end };
    const { log } = this.#options;
    const expected = this.#end.signal.aborted || this.#dismissed.has(worker) || end.code === 0;
    if (expected) log.debug(fields, `${name} ended`);
    else log.error(fields, `${name} ended ${describeEnd(end)}; it is replaced`);
  }
}
