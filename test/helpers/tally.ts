import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { DIFFERENCES, type Difference, SKIPPED, type Skipped } from './differences.js';
import { fixture } from './root.js';

/** How one row of a recording came out. */
export interface Row {
  readonly scenario: string;
  readonly what: string;
  /** Our status; 0 for none. */
  readonly status: number;
  /** What differs from the recording, one line each; empty where nothing does. */
  readonly problems: readonly string[];
}

/** Counts the rows of one recording and holds them against the list of deliberate differences. */
export class Tally {
  readonly #recording: string;
  readonly #listed: readonly Difference[];
  readonly #skippable: readonly Skipped[];
  readonly #used = new Set<Difference | Skipped>();
  readonly #faults: string[] = [];
  #equal = 0;
  #different = 0;
  #skipped = 0;

  constructor(
    recording: string,
    differences: readonly Difference[] = DIFFERENCES,
    skipped: readonly Skipped[] = SKIPPED,
  ) {
    this.#recording = recording;
    this.#listed = differences.filter((difference) => difference.recording === recording);
    this.#skippable = skipped.filter((scenario) => scenario.recording === recording);
  }

  /** What the list of differences says of a row. */
  listed(row: Pick<Row, 'scenario' | 'what'>): Difference | undefined {
    return this.#listed.find(
      ({ scenario, what }) => matches(scenario ?? /^/, row.scenario) && matches(what, row.what),
    );
  }

  /** Whether a scenario of so many rows is on the list of those that are not played. */
  skips(scenario: string, rows: number): boolean {
    const known = this.#skippable.find((skipped) => skipped.scenario.test(scenario));
    if (known === undefined) return false;
    this.#used.add(known);
    this.#skipped += rows;
    return true;
  }

  add(row: Row): void {
    const known = this.listed(row);
    const name = `${row.scenario} > ${row.what}`;
    if (known !== undefined) this.#used.add(known);
    if (row.problems.length === 0) {
      this.#equal += 1;
      if (known !== undefined)
        this.#faults.push(`${name}: is on the list of differences, but does not differ`);
    } else if (known === undefined) {
      this.#faults.push([`${name}:`, ...row.problems].join('\n    '));
    } else {
      this.#different += 1;
      if (known.ours !== row.status) {
        this.#faults.push(
          `${name}: ${known.ours} is on the list of differences, the answer is ${row.status}`,
        );
      }
    }
  }

  /** Prints the counts; fails with every row that differs off the list and every stale entry of the lists. */
  report(t: TestContext): void {
    for (const difference of this.#listed) {
      if (!this.#used.has(difference))
        this.#faults.push(`the list of differences names no row: ${difference.what}`);
    }
    for (const skipped of this.#skippable) {
      if (!this.#used.has(skipped)) this.#faults.push(`the list names no scenario: ${skipped.scenario}`);
    }
    const counts = [`${this.#equal} rows equal`, `${this.#different} different on purpose`];
    if (this.#skipped > 0) counts.push(`${this.#skipped} not played`);
    t.diagnostic(`${this.#recording}: ${counts.join(', ')}`);
    const shown = this.#faults.slice(0, 100).join('\n');
    assert.equal(this.#faults.length, 0, `${this.#recording}: ${this.#faults.length} faults\n${shown}`);
  }
}

function matches(wanted: string | RegExp, text: string): boolean {
  return typeof wanted === 'string' ? wanted === text : wanted.test(text);
}

/** Reads a recording from test/fixtures/conformance. */
export function recording<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(fixture('conformance', ...path), 'utf8'));
}

/** A request's bytes from a recording: text in latin1, or bytes by their place. Long runs were cut out of the middle. */
export function recordedBytes(request: string | Readonly<Record<string, number>>): Buffer {
  if (typeof request !== 'string') return Buffer.from(Object.values(request));
  const whole = request.replace(/(.)\.\.\.<(\d+) chars>\.\.\.\1/, (mark, character: string, length: string) =>
    character.repeat(Number(length) - (request.length - mark.length)),
  );
  return Buffer.from(whole, 'latin1');
}
