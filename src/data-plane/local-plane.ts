import type { HealthChange } from '../balancer/health/health-change.js';
import { lookupFunction } from '../dns/lookup-function.js';
import { GatewayError } from '../errors.js';
import type { Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import { Traffic } from '../metrics/traffic.js';
import type { UpstreamHealthReport } from '../metrics/upstream-health.js';
import type { WorkerFigures, WorkerStatus } from '../metrics/worker-status.js';
import { ProxyServer } from '../proxy/server.js';
import { Http1Transport } from '../proxy/transport/http1-transport.js';
import { Http2Transport } from '../proxy/transport/http2-transport.js';
import { TransportByVersion } from '../proxy/transport/transport-by-version.js';
import { eventLoop } from '../snapshot/event-loop.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import { buildSnapshot, type Snapshot } from '../snapshot/snapshot.js';
import { SnapshotStore } from '../snapshot/store.js';
import type { TlsTerms } from '../tls/terms.js';
import { type OpenUpstreams, openUpstreams, type ReportTaker } from '../upstreams/open-upstreams.js';
import type { DataPlane } from './data-plane.js';
import { inTime } from './in-time.js';
import { LoopDelay } from './loop-delay.js';
import { openPlaneFiles, type PlaneFiles } from './plane-files.js';
import type { PlaneSettings } from './plane-settings.js';

export interface LocalPlaneOptions {
  readonly log: Logger;
  readonly settings: PlaneSettings;
  /** Where the variables of the system's resolver may stand. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes what requests showed of targets where another process counts it, and checks them; not given where this one does. */
  readonly tell?: ReportTaker;
}

/** How long a config waits for the names of its targets, in milliseconds: those that come later begin to serve then. */
const NAMES_LIMIT = 2_000;

/** The data plane of one process: this one proxies. A swap has two steps, `prepare` and `commit`. */
export class LocalPlane implements DataPlane {
  readonly pids = [process.pid];
  readonly #options: LocalPlaneOptions;
  readonly #traffic = new Traffic();
  readonly #loopDelay = new LoopDelay();
  #serving: { readonly store: SnapshotStore; readonly proxy: ProxyServer } | undefined;
  #files: PlaneFiles | undefined;
  #opening: Promise<OpenUpstreams> | undefined;
  #open: OpenUpstreams | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LocalPlaneOptions) {
    this.#options = options;
  }

  async start(
    first: ServedConfig,
    addresses: readonly Listener[],
    terms?: TlsTerms,
  ): Promise<readonly Listener[]> {
    this.commit(await this.prepare(first));
    return this.listen(addresses, terms);
  }

  async swap(next: ServedConfig): Promise<void> {
    this.commit(await this.prepare(next));
  }

  /** Builds what would serve a config; dropping the result undoes it. Rejects where a file of the settings cannot be used. */
  async prepare({ config, version }: Omit<ServedConfig, 'builtAt'>): Promise<Snapshot> {
    const { settings, log } = this.#options;
    this.#files ??= await openPlaneFiles(settings, log);
    const { upstreams } = await this.#upstreams();
    await inTime(upstreams.lookUpNames(config), NAMES_LIMIT);
    return buildSnapshot(config, version, Date.now(), upstreams, eventLoop);
  }

  /** Puts a prepared snapshot in service: from here on every request reads it. */
  commit(snapshot: Snapshot): void {
    if (this.#open === undefined) throw new GatewayError('not_started', 'no snapshot was prepared');
    const { upstreams } = this.#open;
    upstreams.serve(snapshot.upstreams);
    if (this.#serving !== undefined) {
      this.#serving.store.swap(snapshot);
      return;
    }
    const store = new SnapshotStore(snapshot);
    const { log, settings } = this.#options;
    const lookup = lookupFunction(upstreams.resolver);
    const proxy = new ProxyServer({
      ...{ store, traffic: this.#traffic, log, settings: settings.proxy },
      ...this.#files,
      transport: new TransportByVersion(new Http1Transport({ lookup }), new Http2Transport({ lookup })),
    });
    this.#serving = { store, proxy };
  }

  /** Opens the listeners, once a first snapshot serves. Rejects with ListenError. */
  async listen(addresses: readonly Listener[], terms?: TlsTerms): Promise<readonly Listener[]> {
    if (this.#serving === undefined) throw new GatewayError('not_started', 'there is no config to serve yet');
    const open: Listener[] = [];
    for (const address of addresses) open.push(await this.#serving.proxy.listen(address, terms));
    return open;
  }

  async status(): Promise<readonly WorkerStatus[]> {
    return [{ id: 0, pid: process.pid, figures: this.figures }];
  }

  get figures(): WorkerFigures {
    const snapshot = this.#serving?.store.current;
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    const state = snapshot === undefined ? 'starting' : 'serving';
    return {
      state: this.#closing === undefined ? state : 'draining',
      config: snapshot === undefined ? null : { version: snapshot.version, hash: snapshot.config.hash },
      traffic: { ...this.#traffic },
      memory: { rss, heapTotal, heapUsed, external },
      loopDelay: this.#loopDelay.figures,
    };
  }

  healthOf(upstream: string): UpstreamHealthReport | undefined {
    return this.#open?.upstreams.healthOf(upstream);
  }

  /** Takes over what another process found of the health of targets. */
  async takeHealth(changes: readonly HealthChange[]): Promise<void> {
    const { upstreams } = await this.#upstreams();
    upstreams.apply(changes);
  }

  reopenLogs(): void {
    this.#files?.accessLog?.reopen();
  }

  close(timeout: number): Promise<void> {
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  async #close(timeout: number): Promise<void> {
    await this.#serving?.proxy.close(timeout);
    await (await this.#opening)?.close();
    await this.#files?.accessLog?.close();
    this.#loopDelay.close();
  }

  #upstreams(): Promise<OpenUpstreams> {
    const { settings, ...options } = this.#options;
    this.#opening ??= openUpstreams({ ...options, dns: settings.dns }).then((open) => {
      this.#open = open;
      return open;
    });
    return this.#opening;
  }
}
