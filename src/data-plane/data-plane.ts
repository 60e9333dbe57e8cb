import type { Listener } from '../listen-settings.js';
import type { UpstreamsHealth } from '../metrics/upstream-health.js';
import type { Workers } from '../metrics/worker-status.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import type { TlsTerms } from '../tls/terms.js';

/** What requests go through: this process, or workers of it. */
export interface DataPlane extends Workers, UpstreamsHealth {
  /**
   * Serves `first` and opens the listeners, which needs `terms` where one of them speaks TLS. Resolves to where they
   * stand, ports filled in. Rejects with ListenError, or with WorkerError when no process could be started.
   */
  start(first: ServedConfig, addresses: readonly Listener[], terms?: TlsTerms): Promise<readonly Listener[]>;
  /**
   * Puts `next` in service: once it resolves, every request reads it. A rejection says why, and has changed nothing
   * anywhere. One swap at a time.
   */
  swap(next: ServedConfig): Promise<void>;
  /** Opens the access log's file anew, for the old one was moved away. */
  reopenLogs(): void;
  /** Takes no more connections, lets requests end within `timeout` milliseconds, cuts the rest. Idempotent. */
  close(timeout: number): Promise<void>;
}
