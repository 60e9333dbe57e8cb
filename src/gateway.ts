import { randomUUID } from 'node:crypto';
import { AdminServer } from './admin/server.js';
import type { GatewayConfig } from './config/entities.js';
import { ConfigError, type ConfigIssue } from './config/issue.js';
import { loadConfigFile } from './config/load.js';
import { type ConfigWatcher, watchConfig } from './config/watch.js';
import { GatewayError, messageOf } from './errors.js';
import type { Logger } from './log.js';
import { Traffic } from './metrics/traffic.js';
import { ProxyServer } from './proxy/server.js';
import { describeSettings, type ListenAddress, type Settings } from './settings.js';
import { ReloadHistory, type ReloadOutcome, type ReloadRecord } from './snapshot/reload-history.js';
import { buildSnapshot, type Snapshot } from './snapshot/snapshot.js';
import { SnapshotStore } from './snapshot/store.js';

export interface GatewayOptions {
  readonly settings: Settings;
  readonly log: Logger;
  /** Told how every load after the first one ended, once it is recorded. */
  readonly onReload?: (record: ReloadRecord) => void;
}

/** Where the gateway listens, ports filled in. */
export interface Listeners {
  readonly proxy: readonly ListenAddress[];
  readonly admin: readonly ListenAddress[];
}

/**
 * One process that serves one declarative file: loads it, listens, follows its changes, and ends. A config becomes
 * live in two steps, `prepare` and `commit`, and whatever fails before the second leaves what serves untouched.
 */
export class Gateway {
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #onReload: (record: ReloadRecord) => void;
  readonly #reloads = new ReloadHistory();
  readonly #traffic = new Traffic();
  #version = 0;
  #store: SnapshotStore | undefined;
  #watcher: ConfigWatcher | undefined;
  #proxy: ProxyServer | undefined;
  #admin: AdminServer | undefined;
  /** Settles, and never rejects, when the start and every reload begun so far have ended. */
  #busy: Promise<unknown> = Promise.resolve();
  /** The reload that has not begun to read the file yet. */
  #waiting: Promise<ReloadRecord> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#settings = options.settings;
    this.#log = options.log;
    this.#onReload = options.onReload ?? (() => undefined);
  }

  /** What serves now. Throws before the start and after one that failed. */
  get current(): Snapshot {
    return this.#serving().current;
  }

  get reloads(): ReloadHistory {
    return this.#reloads;
  }

  /**
   * Loads the config and opens the listeners. Rejects with ConfigError, ConfigSourceError or ListenError, and has
   * then closed whatever was open.
   */
  async start(): Promise<Listeners> {
    const starting = this.#start();
    this.#busy = starting.catch(() => undefined);
    try {
      return await starting;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Reads the file anew and serves it if it is valid and says something else. Never rejects for the config's sake:
   * the record says how it ended; rejects with GatewayError `not_started` when nothing serves. Reloads run one after another; all that are asked for while one runs are one.
   */
  reload(reason: string): Promise<ReloadRecord> {
    this.#waiting ??= this.#busy.then(() => {
      this.#waiting = undefined;
      const reloading = this.#reload(reason);
      this.#busy = reloading.catch(() => undefined);
      return reloading;
    });
    return this.#waiting;
  }

  /** Builds what would serve `config`; dropping the result undoes it. */
  async prepare(config: GatewayConfig): Promise<Snapshot> {
    this.#version += 1;
    return buildSnapshot(config, this.#version, Date.now());
  }

  /** Puts a prepared snapshot in service: from here on every request reads it. */
  commit(snapshot: Snapshot): void {
    this.#serving().swap(snapshot);
  }

  /**
   * Stops following the file and accepting connections, lets in-flight requests end within the drain timeout, cuts
   * the rest. The Admin API answers until then.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<Listeners> {
    const { config: file, watch, proxyListen, adminListen, proxy: proxySettings } = this.#settings;
    const log = this.#log;
    const startedAt = Date.now();
    for (const warning of this.#settings.warnings) log.warn({}, warning);
    // The watch stands before the file is read, so that no change falls between the two.
    if (watch) this.#watcher = await watchConfig(file, () => this.#followChange(), { log });
    const began = performance.now();
    const store = new SnapshotStore(await this.prepare(await loadConfigFile(file)));
    this.#store = store;
    this.#record(began, 'applied', []);
    const traffic = this.#traffic;
    this.#proxy = new ProxyServer({ store, traffic, log, settings: proxySettings });
    const proxy = await listenAll(this.#proxy, proxyListen);
    this.#admin = new AdminServer({
      store,
      reloads: this.#reloads,
      traffic,
      log,
      nodeId: randomUUID(),
      startedAt,
      settings: describeSettings(this.#settings),
    });
    const admin = await listenAll(this.#admin, adminListen);
    return { proxy, admin };
  }

  /** A change seen while the gateway starts is looked at once it has started. */
  async #followChange(): Promise<void> {
    await this.#busy;
    if (this.#store !== undefined && this.#closing === undefined) await this.reload('the file changed');
  }

  async #reload(reason: string): Promise<ReloadRecord> {
    const { config: file } = this.#settings;
    const began = performance.now();
    let outcome: ReloadOutcome = 'unchanged';
    let issues: readonly ConfigIssue[] = [];
    try {
      const config = await loadConfigFile(file);
      if (config.hash !== this.current.config.hash) {
        this.commit(await this.prepare(config));
        outcome = 'applied';
      }
    } catch (error) {
      outcome = 'rejected';
      issues = issuesOf(error, file);
      if (!(error instanceof GatewayError)) this.#log.error({ err: error }, `reloading ${file} failed`);
    }
    const record = this.#record(began, outcome, issues);
    this.#onReload(record);
    this.#report(record, reason);
    return record;
  }

  #record(began: number, outcome: ReloadOutcome, issues: readonly ConfigIssue[]): ReloadRecord {
    const duration = Math.round((performance.now() - began) * 10) / 10;
    const record = { at: Date.now(), duration, outcome, hash: this.current.config.hash, issues };
    this.#reloads.record(record);
    return record;
  }

  #report(record: ReloadRecord, reason: string): void {
    const { config: file } = this.#settings;
    const { outcome, hash, duration, issues } = record;
    for (const { source: _, ...issue } of issues) {
      // The source line stays out of the log, for it may hold a secret.
      this.#log.error({ issue }, `${issue.file}:${issue.line}:${issue.column}: ${issue.message}`);
    }
    const fields = { reason, outcome, hash, duration };
    if (outcome === 'rejected') {
      const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
      const rejected = this.#reloads.counts.rejected;
      this.#log.error(
        { ...fields, issues: issues.length, rejected },
        `${file} rejected, ${count}; config ${hash} keeps serving`,
      );
      return;
    }
    const { services, routes } = this.current.config;
    const size = { services: services.length, routes: routes.length };
    const message = outcome === 'applied' ? `${file} applied` : `${file} says the same as before`;
    this.#log.info({ ...fields, ...size }, message);
  }

  async #close(): Promise<void> {
    // A start or reload that has begun ends first, so that it opens nothing behind our back.
    await this.#busy;
    await this.#watcher?.close();
    await this.#proxy?.close(this.#settings.drainTimeout);
    await this.#admin?.close();
  }

  #serving(): SnapshotStore {
    if (this.#store === undefined)
      throw new GatewayError('not_started', 'the gateway has not loaded a config');
    return this.#store;
  }
}

interface Listening {
  listen(address: ListenAddress): Promise<ListenAddress>;
}

async function listenAll(
  server: Listening,
  addresses: readonly ListenAddress[],
): Promise<readonly ListenAddress[]> {
  const open: ListenAddress[] = [];
  for (const address of addresses) open.push(await server.listen(address));
  return open;
}

/** Whatever stopped a reload, as issues: an unreadable file and a defect of ours are reported like a bad line. */
function issuesOf(error: unknown, file: string): readonly ConfigIssue[] {
  if (error instanceof ConfigError) return error.issues;
  const code = error instanceof GatewayError ? error.code : 'internal_error';
  const place = { file, line: 1, column: 1, endColumn: 1, field: '', path: '' };
  return [{ code, severity: 'error', ...place, message: messageOf(error) }];
}
