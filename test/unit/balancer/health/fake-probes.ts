import type { CheckResult } from '#gateway/balancer/health/check-result.js';
import type { ProbeSender } from '#gateway/balancer/health/probe-client.js';
import type { ProbeRequest } from '#gateway/balancer/health/probe-request.js';
import type { ProbeTimers } from '#gateway/balancer/health/probe-timers.js';

/** Time that passes only when told to. */
export class FakeTimers implements ProbeTimers {
  #now = 0;
  readonly #due = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#due.size;
  }

  after(delay: number, callback: () => void): () => void {
    const entry = { at: this.#now + delay, callback };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  /** Lets `milliseconds` pass: every timer fires at its time, and what follows from it is done before the next. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#due].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#due.delete(next);
      this.#now = next.at;
      next.callback();
      await settled();
    }
    this.#now = end;
  }
}

/** Promises that are resolved have had their say. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A probe the fake sender was given. */
export interface SentProbe {
  readonly request: ProbeRequest;
  readonly at: number;
  answer(result: CheckResult): Promise<void>;
  readonly aborted: boolean;
}

/** Answers probes at once with `result`, or keeps them in `open` while that is undefined. */
export class FakeSender implements ProbeSender {
  result: CheckResult | undefined = { kind: 'http', status: 200 };
  readonly sent: SentProbe[] = [];
  readonly open: SentProbe[] = [];
  readonly #timers: FakeTimers;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
  }

  /** Ports and times of all probes, as `port@milliseconds`. */
  get log(): readonly string[] {
    return this.sent.map(({ request, at }) => `${request.port}@${at}`);
  }

  send(request: ProbeRequest, signal: AbortSignal): Promise<CheckResult | undefined> {
    return new Promise((resolve) => {
      const close = (result: CheckResult | undefined): Promise<void> => {
        const index = this.open.indexOf(probe);
        if (index !== -1) this.open.splice(index, 1);
        resolve(result);
        return settled();
      };
      const probe: SentProbe = {
        request,
        at: this.#timers.now(),
        answer: close,
        get aborted() {
          return signal.aborted;
        },
      };
      this.sent.push(probe);
      if (this.result !== undefined) {
        resolve(this.result);
        return;
      }
      this.open.push(probe);
      signal.addEventListener('abort', () => void close(undefined));
    });
  }
}
