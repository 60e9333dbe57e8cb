import type { PassiveReport } from '../balancer/health/health-change.js';

/** How long a report may wait for others to go with it, in milliseconds. */
const DELAY = 10;

/**
 * Gathers what requests showed of targets, so that it does not take a message each. Of good answers in a row of one
 * address one is enough: it takes back all failures before it.
 */
export class ReportQueue {
  readonly #send: (reports: readonly PassiveReport[]) => void;
  #reports: PassiveReport[] = [];
  /** The addresses whose last report is a good one. */
  readonly #good = new Set<string>();

  constructor(send: (reports: readonly PassiveReport[]) => void) {
    this.#send = send;
  }

  add(report: PassiveReport, isGood: boolean): void {
    const key = `${report.upstream} ${report.hostname} ${report.address} ${report.port}`;
    if (isGood && this.#good.has(key)) return;
    if (isGood) this.#good.add(key);
    else this.#good.delete(key);
    if (this.#reports.length === 0) setTimeout(() => this.#flush(), DELAY).unref();
    this.#reports.push(report);
  }

  #flush(): void {
    const reports = this.#reports;
    this.#reports = [];
    this.#good.clear();
    this.#send(reports);
  }
}
