import type { Traffic } from '../metrics/traffic.js';
import type { ReloadHistory } from '../snapshot/reload-history.js';
import type { Snapshot } from '../snapshot/snapshot.js';
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
  readonly snapshot: Snapshot;
  readonly entities: EntityIndex;
  /** Whether secrets are shown as they are. */
  readonly showSecrets: boolean;
  readonly reloads: Pick<ReloadHistory, 'last' | 'counts'>;
  readonly traffic: Readonly<Traffic>;
  readonly node: NodeFacts;
}
