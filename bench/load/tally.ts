import { createHistogram } from 'node:perf_hooks';
import { hasNumbers, isObject } from '../process/calls.js';

/** What a stretch of load came to. Times are in milliseconds. */
export interface TallyReport {
  readonly answers: number;
  /** Answers of another status or with another body than expected. */
  readonly failed: number;
  /** Connections that the other side ended. */
  readonly cut: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The first few failures, in words. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 5;

/** Counts answers and failures of a stretch of load. */
export class Tally {
  readonly #began = performance.now();
  /** In microseconds. */
  readonly #times = createHistogram();
  readonly #examples: string[] = [];
  #answers = 0;
  #failed = 0;
  #cut = 0;

  answered(milliseconds: number): void {
    this.#answers += 1;
    this.#times.record(Math.max(1, Math.round(milliseconds * 1000)));
  }

  failed(what: string): void {
    this.#failed += 1;
    this.#note(what);
  }

  cut(what: string): void {
    this.#cut += 1;
    this.#note(what);
  }

  report(): TallyReport {
    const at = (percentile: number) => (this.#answers > 0 ? this.#times.percentile(percentile) / 1000 : 0);
    return {
      answers: this.#answers,
      failed: this.#failed,
      cut: this.#cut,
      seconds: (performance.now() - this.#began) / 1000,
      p50: at(50),
      p99: at(99),
      max: at(100),
      examples: this.#examples,
    };
  }

  #note(what: string): void {
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push(what);
  }
}

/** Whether what came from another process is a report. */
export function isTallyReport(value: unknown): value is TallyReport {
  return (
    hasNumbers(value, 'answers', 'failed', 'cut', 'seconds', 'p50', 'p99', 'max') &&
    isObject(value) &&
    'examples' in value &&
    Array.isArray(value.examples)
  );
}
