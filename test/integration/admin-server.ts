import { AdminServer } from '#gateway/admin/server.js';
import { loadConfig } from '#gateway/config/load.js';
import type { Logger } from '#gateway/log.js';
import type { Workers } from '#gateway/metrics/worker-status.js';
import { ReloadHistory } from '#gateway/snapshot/reload-history.js';
import { snapshotSteps } from '#gateway/snapshot/snapshot.js';
import { SnapshotStore } from '#gateway/snapshot/store.js';
import { doAtOnce } from '#gateway/steps.js';
import { upstreamsWith } from '../helpers/upstreams.js';

/** An Admin API on a free port, without a proxy, and what it shows. */
export interface RunningAdmin {
  readonly url: string;
  readonly port: number;
  readonly server: AdminServer;
  readonly store: SnapshotStore;
  readonly reloads: ReloadHistory;
  /** What was logged at error level. */
  readonly errors: readonly string[];
  /** Serves another config from now on. */
  swap(text: string): void;
  close(): Promise<void>;
}

export interface AdminOptions {
  readonly allowedHosts?: readonly string[];
  readonly showSecrets?: boolean;
}

/** Starts an Admin API that shows the declarative config in `text`. */
export async function startAdmin(
  text: string,
  { allowedHosts = [], showSecrets = false }: AdminOptions = {},
): Promise<RunningAdmin> {
  let version = 0;
  const upstreams = upstreamsWith();
  const snapshot = (from: string) => {
    version += 1;
    const config = loadConfig({ file: 'kong.yaml', text: from });
    const next = doAtOnce(snapshotSteps(config, version, Date.now(), upstreams));
    upstreams.serve(next.upstreams);
    return next;
  };
  const store = new SnapshotStore(snapshot(text));
  const errors: string[] = [];
  const ignore = (): void => undefined;
  const log: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (_fields, message) => errors.push(message),
  };
  const reloads = new ReloadHistory();
  const workers: Workers = { pids: [process.pid], status: async () => [] };
  const nodeId = 'b5f2c1de-0000-4000-8000-000000000000';
  const settings = { log_level: 'error' };
  const rest = { log, nodeId, startedAt: Date.now(), settings, allowedHosts, showSecrets };
  const server = new AdminServer({ store, workers, health: upstreams, reloads, ...rest });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, server, store, reloads, errors },
    swap: (next) => void store.swap(snapshot(next)),
    close: () => server.close(),
  };
}
