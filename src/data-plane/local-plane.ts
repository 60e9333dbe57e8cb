import { GatewayError } from '../errors.js';
import type { Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import { Traffic } from '../metrics/traffic.js';
import type { WorkerFigures, WorkerStatus } from '../metrics/worker-status.js';
import { ProxyServer } from '../proxy/server.js';
import { eventLoop } from '../snapshot/event-loop.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import { buildSnapshot, type Snapshot } from '../snapshot/snapshot.js';
import { SnapshotStore } from '../snapshot/store.js';
import type { TlsTerms } from '../tls/terms.js';
import type { DataPlane } from './data-plane.js';
import { LoopDelay } from './loop-delay.js';
import { openPlaneFiles, type PlaneFiles } from './plane-files.js';
import type { PlaneSettings } from './plane-settings.js';

export interface LocalPlaneOptions {
  readonly log: Logger;
  readonly settings: PlaneSettings;
}

/** The data plane of one process: this one proxies. A swap has two steps, `prepare` and `commit`. */
export class LocalPlane implements DataPlane {
  readonly pids = [process.pid];
  readonly #options: LocalPlaneOptions;
  readonly #traffic = new Traffic();
  readonly #loopDelay = new LoopDelay();
  #serving: { readonly store: SnapshotStore; readonly proxy: ProxyServer } | undefined;
  #files: PlaneFiles | undefined;
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
    return buildSnapshot(config, version, Date.now(), eventLoop);
  }

  /** Puts a prepared snapshot in service: from here on every request reads it. */
  commit(snapshot: Snapshot): void {
    if (this.#serving !== undefined) {
      this.#serving.store.swap(snapshot);
      return;
    }
    const store = new SnapshotStore(snapshot);
    const { log, settings } = this.#options;
    const proxy = new ProxyServer({
      ...{ store, traffic: this.#traffic, log, settings: settings.proxy },
      ...this.#files,
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

  reopenLogs(): void {
    this.#files?.accessLog?.reopen();
  }

  close(timeout: number): Promise<void> {
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  async #close(timeout: number): Promise<void> {
    await this.#serving?.proxy.close(timeout);
    await this.#files?.accessLog?.close();
    this.#loopDelay.close();
  }
}
