import type { Ability, BenchRoute, Scenario } from '../contest/scenario.js';
import type { Usage } from '../process/usage.js';
import type { Upstream } from '../upstream/upstream.js';

/** A contestant that serves. */
export interface Running {
  /** Scheme, host and port of its listener, as in a URL. */
  readonly origin: string;
  readonly pid: number;
  /** When its process was started, by `performance.now()`. */
  readonly spawnedAt: number;
  /** Where it can tell its own usage; /proc is read otherwise. */
  readonly usage?: () => Promise<Usage>;
  /** Makes it serve other routes; resolves when it has been told to, not when it does. */
  readonly reload?: (routes: readonly BenchRoute[]) => Promise<void>;
  stop(): Promise<void>;
}

/** Where a contestant runs and what it is to serve. */
export interface Setting {
  readonly scenario: Scenario;
  readonly upstream: Pick<Upstream, 'scheme' | 'port'>;
  /** An empty folder of its own for config files. */
  readonly folder: string;
  /** The cores it may use, as taskset takes them; undefined for all. */
  readonly cores: string | undefined;
}

/** A proxy that can be started on loopback, without access log, its connections to the upstream kept. */
export interface Contestant {
  readonly name: string;
  readonly abilities: readonly Ability[];
  /** Why it cannot take part on this machine; undefined where it can. */
  absence(): string | undefined;
  start(setting: Setting): Promise<Running>;
}
