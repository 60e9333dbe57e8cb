import type { ToPrimary, ToWorker } from '#gateway/cluster/messages.js';
import type { WorkerEnd, WorkerPort } from '#gateway/cluster/worker-process.js';

/** A worker that exists in a test only: it answers as `answer` says, and remembers what it was told. */
export class FakeWorker implements WorkerPort {
  readonly pid: number;
  readonly told: ToWorker[] = [];
  readonly #answer: (message: ToWorker, worker: FakeWorker) => ToPrimary | undefined;
  #onMessage: (value: unknown) => void = () => undefined;
  #onEnd: (end: WorkerEnd) => void = () => undefined;

  constructor(
    pid: number,
    answer: (message: ToWorker, worker: FakeWorker) => ToPrimary | undefined = willing,
  ) {
    this.pid = pid;
    this.#answer = answer;
    queueMicrotask(() => this.say({ type: 'worker:ready' }));
  }

  send(message: ToWorker): void {
    this.told.push(message);
    const answer = this.#answer(message, this);
    if (answer !== undefined) queueMicrotask(() => this.say(answer));
  }

  say(value: unknown): void {
    this.#onMessage(value);
  }

  end(end: WorkerEnd): void {
    this.#onEnd(end);
  }

  onMessage(listener: (value: unknown) => void): void {
    this.#onMessage = listener;
  }

  onEnd(listener: (end: WorkerEnd) => void): void {
    this.#onEnd = listener;
  }

  kill(signal: string): void {
    this.end({ code: null, signal });
  }
}

/** Answers as a worker does for which all goes well. */
export function willing(message: ToWorker, worker: FakeWorker): ToPrimary | undefined {
  switch (message.type) {
    case 'config:piece':
      return { type: 'config:received', version: message.version, index: message.index };
    case 'config:prepare':
      return { type: 'config:prepared', version: message.version };
    case 'config:commit':
      return { type: 'config:committed', version: message.version };
    case 'worker:listen':
      return { type: 'worker:listening', addresses: [{ host: '127.0.0.1', port: 4321 }] };
    case 'worker:drain':
      queueMicrotask(() => worker.end({ code: 0, signal: null }));
      return undefined;
    default:
      return undefined;
  }
}
