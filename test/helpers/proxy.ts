import type { AccessEntry } from '#gateway/access-log/access-log.js';
import { jsonFormat } from '#gateway/access-log/json.js';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { loadConfig } from '#gateway/config/load.js';
import { Traffic } from '#gateway/metrics/traffic.js';
import { ProxyServer } from '#gateway/proxy/server.js';
import type { Transport } from '#gateway/proxy/transport/transport.js';
import { snapshotSteps } from '#gateway/snapshot/snapshot.js';
import { SnapshotStore } from '#gateway/snapshot/store.js';
import { doAtOnce } from '#gateway/steps.js';
import type { Upstreams } from '#gateway/upstreams/upstreams.js';
import { type Logged, recordingLog } from './gateway.js';
import { upstreamsWith } from './upstreams.js';

/** The data plane alone, on a free port of 127.0.0.1: configs are swapped in as objects. */
export class RunningProxy {
  readonly port: number;
  readonly traffic: Traffic;
  readonly logged: readonly Logged[];
  /** The lines of the access log, parsed. */
  readonly accessed: readonly Readonly<Record<string, unknown>>[];
  readonly #store: SnapshotStore;
  readonly #server: ProxyServer;
  readonly upstreams: Upstreams;
  #version = 1;

  private constructor(
    port: number,
    traffic: Traffic,
    logged: readonly Logged[],
    accessed: readonly Readonly<Record<string, unknown>>[],
    store: SnapshotStore,
    server: ProxyServer,
    upstreams: Upstreams,
  ) {
    this.port = port;
    this.traffic = traffic;
    this.logged = logged;
    this.accessed = accessed;
    this.#store = store;
    this.#server = server;
    this.upstreams = upstreams;
  }

  /** Starts with a config of no routes where none is given. */
  static async start(
    config: object = {},
    settings: { readonly allowDebugHeader: boolean } = { allowDebugHeader: false },
    transport?: Transport,
    upstreams = upstreamsWith(),
  ): Promise<RunningProxy> {
    const first = doAtOnce(snapshotSteps(loadObject(config), 1, Date.now(), upstreams));
    upstreams.serve(first.upstreams);
    const store = new SnapshotStore(first);
    const traffic = new Traffic();
    const { log, logged } = recordingLog();
    const accessed: Record<string, unknown>[] = [];
    const format = jsonFormat();
    const accessLog = {
      record: (entry: AccessEntry) => void accessed.push(JSON.parse(format(entry))),
      reopen: () => undefined,
      close: () => Promise.resolve(),
    };
    const server = new ProxyServer({
      ...{ store, traffic, accessLog, log, settings },
      ...(transport === undefined ? {} : { transport }),
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    return new RunningProxy(port, traffic, logged, accessed, store, server, upstreams);
  }

  /** Puts another config in service. Throws ConfigError where it is refused. */
  swap(config: object): void {
    const loaded = loadObject(config);
    this.#version += 1;
    const next = doAtOnce(snapshotSteps(loaded, this.#version, Date.now(), this.upstreams));
    this.upstreams.serve(next.upstreams);
    this.#store.swap(next);
  }

  /** Lets what is under way end within `timeout` milliseconds; without one, cuts it. */
  async close(timeout = 0): Promise<void> {
    await this.#server.close(timeout);
    await this.upstreams.close();
  }
}

/** Loads a config given as an object, of format 3.0 where it names none. */
export function loadObject(config: object): GatewayConfig {
  return loadConfig({ file: 'test.json', text: JSON.stringify({ _format_version: '3.0', ...config }) });
}
