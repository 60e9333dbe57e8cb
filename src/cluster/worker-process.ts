import type { HealthChange, PassiveReport } from '../balancer/health/health-change.js';
import { GatewayError, ListenError, WorkerError } from '../errors.js';
import type { Listener } from '../listen-settings.js';
import type { WorkerFigures } from '../metrics/worker-status.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import type { TlsTerms } from '../tls/terms.js';
import { piecesOf } from './config-pieces.js';
import { isToPrimary, type ToPrimary, type ToWorker } from './messages.js';
import type { SwapMember } from './swap.js';

/** How a process ended: by itself with a code, or by a signal. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process as the operating system gives it. */
export interface WorkerPort {
  /** 0 where the process could not be started. */
  readonly pid: number;
  /** Nothing happens where the process has ended. */
  send(message: ToWorker): void;
  onMessage(listener: (value: unknown) => void): void;
  /** Called once. */
  onEnd(listener: (end: WorkerEnd) => void): void;
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
}

/** How long a worker may take to tell what it is doing, and to end after its requests have, in milliseconds. */
const STATUS_LIMIT = 800;
const LINGER = 2_000;

/** Someone who waits for a message. `take` says whether this was it. */
interface Waiting {
  take(message: ToPrimary): boolean;
  fail(error: Error): void;
}

/** One worker as the primary sees it: what it is asked, and what it answers. */
export class WorkerProcess implements SwapMember {
  readonly id: number;
  /** Resolves when it can take a config. */
  readonly ready: Promise<void>;
  /** Resolves when it drains by its own wish, and wants to be replaced. */
  readonly leaving: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  readonly #port: WorkerPort;
  readonly #patience: number;
  readonly #onReports: (reports: readonly PassiveReport[]) => void;
  readonly #waiting = new Set<Waiting>();
  #calls = 0;
  #end: WorkerEnd | undefined;

  /**
   * `patience` is how long it may stay silent when asked, in milliseconds; `onReports` takes what its requests showed of
   * targets.
   */
  constructor(
    id: number,
    port: WorkerPort,
    patience: number,
    onReports: (reports: readonly PassiveReport[]) => void,
  ) {
    this.id = id;
    this.#port = port;
    this.#patience = patience;
    this.#onReports = onReports;
    this.ended = new Promise((resolve) => port.onEnd(resolve));
    this.ended.then((end) => this.#onEnd(end));
    this.ready = this.#expect(
      'get ready',
      patience,
      ({ type }) => type === 'worker:ready' || undefined,
    ).then();
    // Whoever waits for it is told; it may end before anyone does.
    this.ready.catch(() => undefined);
    this.leaving = new Promise((resolve) => {
      port.onMessage((value) => {
        if (!isToPrimary(value)) return;
        if (value.type === 'worker:leaving') resolve();
        if (value.type === 'health:reported') this.#onReports(value.reports);
        for (const waiting of this.#waiting) if (waiting.take(value)) break;
      });
    });
  }

  get pid(): number {
    return this.#port.pid;
  }

  get name(): string {
    return `worker ${this.id} (pid ${this.pid})`;
  }

  async prepare({ config, version }: ServedConfig, signal: AbortSignal): Promise<void> {
    const { format_version, transform, hash } = config;
    this.#port.send({ type: 'config:begin', version, format_version, transform, hash });
    for (const piece of piecesOf(config)) {
      await this.#ask({ type: 'config:piece', version, ...piece }, 'take the config', (answer) => {
        this.#refuse(answer, version);
        const received = answer.type === 'config:received' && answer.version === version;
        return (received && answer.index === piece.index) || undefined;
      });
      signal.throwIfAborted();
    }
    await this.#ask({ type: 'config:prepare', version }, 'prepare the config', (answer) => {
      this.#refuse(answer, version);
      return (answer.type === 'config:prepared' && answer.version === version) || undefined;
    });
  }

  /** A worker that cannot do what it has promised is ended: its replacement will. */
  async commit(version: number): Promise<void> {
    try {
      await this.#ask(
        { type: 'config:commit', version },
        'serve the config',
        (answer) => (answer.type === 'config:committed' && answer.version === version) || undefined,
      );
    } catch {
      this.kill();
      await this.ended;
    }
  }

  abort(version: number): void {
    this.#port.send({ type: 'config:abort', version });
  }

  /** Rejects with ListenError when the worker cannot listen. */
  listen(addresses: readonly Listener[], terms?: TlsTerms): Promise<readonly Listener[]> {
    return this.#ask({ type: 'worker:listen', addresses, terms }, 'listen', (answer) => {
      if (answer.type === 'worker:deaf') throw new ListenError(answer.message);
      return answer.type === 'worker:listening' ? answer.addresses : undefined;
    });
  }

  /** Undefined when it does not answer soon. */
  async figures(): Promise<WorkerFigures | undefined> {
    this.#calls += 1;
    const call = this.#calls;
    const told = this.#expect('tell what it does', STATUS_LIMIT, (answer) =>
      answer.type === 'status:told' && answer.call === call ? answer.figures : undefined,
    );
    this.#port.send({ type: 'status:ask', call });
    try {
      return await told;
    } catch {
      // The status says so.
      return undefined;
    }
  }

  tellHealth(changes: readonly HealthChange[]): void {
    this.#port.send({ type: 'health:changed', changes });
  }

  reopenLogs(): void {
    this.#port.send({ type: 'logs:reopen' });
  }

  /** Lets its requests end within `timeout` milliseconds, and waits until the process has. */
  async drain(timeout: number): Promise<void> {
    this.#port.send({ type: 'worker:drain', timeout });
    const limit = setTimeout(() => this.kill(), timeout + LINGER);
    await this.ended;
    clearTimeout(limit);
  }

  kill(): void {
    this.#port.kill('SIGKILL');
  }

  #refuse(answer: ToPrimary, version: number): void {
    if (answer.type !== 'config:rejected' || answer.version !== version) return;
    throw new GatewayError('swap_rejected', `${this.name} rejects the config: ${answer.message}`);
  }

  #ask<T>(message: ToWorker, what: string, find: (answer: ToPrimary) => T | undefined): Promise<T> {
    const answer = this.#expect(what, this.#patience, find);
    this.#port.send(message);
    return answer;
  }

  /**
   * The first message in which `find` finds something. Rejects with what `find` throws, with WorkerError when the worker
   * ends, with GatewayError after `limit` milliseconds.
   */
  #expect<T>(what: string, limit: number, find: (answer: ToPrimary) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#endError(this.#end));
        return;
      }
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        take: (message) => {
          try {
            const found = find(message);
            if (found === undefined) return false;
            resolve(found);
          } catch (error) {
            reject(error);
          }
          settle();
          return true;
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      const late = new GatewayError('worker_silent', `${this.name} did not ${what} within ${limit / 1000} s`);
      const timer = setTimeout(() => waiting.fail(late), limit);
      this.#waiting.add(waiting);
    });
  }

  #onEnd(end: WorkerEnd): void {
    this.#end = end;
    for (const waiting of this.#waiting) waiting.fail(this.#endError(end));
  }

  #endError(end: WorkerEnd): WorkerError {
    return new WorkerError(`${this.name} ended ${describeEnd(end)}`);
  }
}

/** `with exit code 1`, `by SIGKILL`. */
export function describeEnd({ code, signal }: WorkerEnd): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
