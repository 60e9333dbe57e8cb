import type { CheckResult } from './check-result.js';
import type { ProbeSender } from './probe-client.js';
import { type ProbeRequest, probeRequest } from './probe-request.js';
import type { ProbeTimers } from './probe-timers.js';
import type { ProbedTarget } from './registry.js';

/** What probing an upstream takes from outside. */
export interface ProbeSurroundings {
  readonly sender: ProbeSender;
  readonly timers: ProbeTimers;
  /** From 0 to below 1. */
  readonly random: () => number;
  isHealthy(target: ProbedTarget): boolean;
  report(target: ProbedTarget, result: CheckResult): void;
}

/** The first probes of all targets are spread over an interval, but over no more than this (milliseconds). */
const MAX_SPREAD = 5_000;

/** One target's turn: it waits for its time, then for room among the probes in flight, then for its answer. */
interface Turn {
  target: ProbedTarget;
  request: ProbeRequest;
  /** When the interval under way began; undefined before the first. */
  since: number | undefined;
  cancel: (() => void) | undefined;
  flight: AbortController | undefined;
}

/** Probes the targets of one upstream, each at the interval of its state, no more than `concurrency` at once. */
export class UpstreamProbes {
  readonly #surroundings: ProbeSurroundings;
  readonly #turns = new Map<string, Turn>();
  /** Due, in that order. */
  readonly #waiting = new Set<Turn>();
  readonly #flights = new Set<Promise<void>>();
  #concurrency = 1;

  constructor(surroundings: ProbeSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Probes these targets and no others from now on. The intervals of those that stay go on. */
  replace(targets: readonly ProbedTarget[]): void {
    const keys = new Set(targets.map((target) => target.key));
    for (const [key, turn] of this.#turns) if (!keys.has(key)) this.#remove(key, turn);
    this.#concurrency = targets.at(-1)?.upstream.healthchecks.active.concurrency ?? this.#concurrency;
    for (const target of targets) {
      const turn = this.#turns.get(target.key);
      if (turn === undefined) this.#add(target);
      else this.#update(turn, target);
    }
    this.#launch();
  }

  /** The state of a target changed: the interval of the new one begins. */
  changed(key: string): void {
    const turn = this.#turns.get(key);
    // A probe in flight is followed by the interval of whatever state its target has then.
    if (turn === undefined || turn.flight !== undefined) return;
    turn.since = this.#surroundings.timers.now();
    this.#schedule(turn);
  }

  /** Stops, and settles once no connection is left. */
  async close(): Promise<void> {
    for (const [key, turn] of this.#turns) this.#remove(key, turn);
    await Promise.all(this.#flights);
  }

  #add(target: ProbedTarget): void {
    const request = probeRequest(target.upstream, target.address);
    const turn = { target, request, since: undefined, cancel: undefined, flight: undefined };
    this.#turns.set(target.key, turn);
    this.#schedule(turn);
  }

  #update(turn: Turn, target: ProbedTarget): void {
    if (turn.target.upstream === target.upstream) return;
    turn.target = target;
    turn.request = probeRequest(target.upstream, target.address);
    if (turn.flight === undefined) this.#schedule(turn);
  }

  #remove(key: string, turn: Turn): void {
    this.#turns.delete(key);
    this.#waiting.delete(turn);
    turn.cancel?.();
    turn.flight?.abort();
  }

  #schedule(turn: Turn): void {
    const { timers, random } = this.#surroundings;
    turn.cancel?.();
    turn.cancel = undefined;
    const interval = this.#interval(turn.target);
    if (interval === 0) {
      this.#waiting.delete(turn);
      return;
    }
    if (this.#waiting.has(turn)) return;
    const now = timers.now();
    turn.since ??= now - interval + random() * Math.min(interval, MAX_SPREAD);
    turn.cancel = timers.after(Math.max(0, turn.since + interval - now), () => {
      turn.cancel = undefined;
      this.#waiting.add(turn);
      this.#launch();
    });
  }

  /** Milliseconds, 0 for never. */
  #interval(target: ProbedTarget): number {
    const { active } = target.upstream.healthchecks;
    const rules = this.#surroundings.isHealthy(target) ? active.healthy : active.unhealthy;
    return rules.interval * 1_000;
  }

  #launch(): void {
    for (const turn of this.#waiting) {
      if (this.#flights.size >= this.#concurrency) return;
      this.#waiting.delete(turn);
      const flight = this.#probe(turn).finally(() => {
        this.#flights.delete(flight);
        this.#launch();
      });
      this.#flights.add(flight);
    }
  }

  async #probe(turn: Turn): Promise<void> {
    const { sender, timers, report } = this.#surroundings;
    const controller = new AbortController();
    turn.flight = controller;
    turn.since = timers.now();
    const result = await sender.send(turn.request, controller.signal);
    // Removed, and maybe added anew, while it was under way.
    if (this.#turns.get(turn.target.key) !== turn) return;
    if (result !== undefined) report(turn.target, result);
    turn.flight = undefined;
    if (this.#turns.get(turn.target.key) === turn) this.#schedule(turn);
  }
}
