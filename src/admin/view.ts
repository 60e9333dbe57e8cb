import type { UpstreamsHealth } from '../metrics/upstream-health.js';
import type { WorkerStatus } from '../metrics/worker-status.js';
import type { ReloadHistory } from '../snapshot/reload-history.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import type { EntityIndex } from './entity-index.js';

/** What is known of the process itself. */
export interface NodeFacts {
  readonly id: string;
  readonly hostname: string;
  readonly pid: number;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  /** How this process runs, as shown in `GET /`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly memory: NodeJS.MemoryUsage;
}

/** Everything an answer is made from, taken once a request. */
export interface AdminView {
  readonly snapshot: ServedConfig;
  readonly entities: EntityIndex;
  /** Whether secrets are shown as they are. */
  readonly showSecrets: boolean;
  readonly reloads: Pick<ReloadHistory, 'last' | 'counts'>;
  /** The processes that proxy. */
  readonly pids: readonly number[];
  /** What they are doing; empty where the endpoint is not live. */
  readonly workers: readonly WorkerStatus[];
  /** Of the upstreams that serve. */
  readonly health: UpstreamsHealth;
  readonly node: NodeFacts;
}
