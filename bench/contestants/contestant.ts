import type { Scenario } from '../contest/scenario.js';
import type { Usage } from '../process/usage.js';

/** A contestant that serves. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  /** Where it can tell its own usage; /proc is read otherwise. */
  readonly usage?: () => Promise<Usage>;
  stop(): Promise<void>;
}

/** A proxy that can be started, in a process of its own, on loopback, with one worker and no access log. */
export interface Contestant {
  readonly name: string;
  start(): Promise<Running>;
}

/** Where a contestant runs and what it is to serve. */
export interface Setting {
  readonly scenario: Scenario;
  readonly upstreamPort: number;
  /** An empty folder of its own for config files. */
  readonly folder: string;
  /** The cores it may use, as taskset takes them; undefined for all. */
  readonly cores: string | undefined;
}

/** One kind of contestant. */
export interface ContestantKind {
  readonly name: string;
  /** Whether it can tell routes apart; one that cannot sends everything to the upstream. */
  readonly routes: boolean;
  /** Why it cannot take part on this machine; undefined where it can. */
  absence(): string | undefined;
  make(setting: Setting): Contestant;
}
