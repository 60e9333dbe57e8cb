import { randomUUID } from 'node:crypto';
import type { AccessLog } from './access-log/access-log.js';
import { openAccessLog } from './access-log/open.js';
import { AdminServer } from './admin/server.js';
import type { GatewayConfig } from './config/entities.js';
import { readEnvironment } from './config/env-file.js';
import { ConfigError, type ConfigIssue } from './config/issue.js';
import { type LoadedConfig, loadConfigs } from './config/load.js';
import { readSources, STDIN } from './config/source.js';
import { unexecuted } from './config/unexecuted.js';
import { type ConfigWatcher, watchConfig } from './config/watch.js';
import { GatewayError, messageOf } from './errors.js';
import type { ListenAddress } from './listen-settings.js';
import type { Logger } from './log.js';
import { Traffic } from './metrics/traffic.js';
import { ProxyServer } from './proxy/server.js';
import { CONFIG_STRING, configName, describeSettings, type Environment, type Settings } from './settings.js';
import { eventLoop } from './snapshot/event-loop.js';
import { ReloadHistory, type ReloadOutcome, type ReloadRecord } from './snapshot/reload-history.js';
import { buildSnapshot, type Snapshot } from './snapshot/snapshot.js';
import { SnapshotStore } from './snapshot/store.js';
import { readUpstreamDefaults } from './tls/upstream-defaults.js';

/** So many warnings of a config are logged one by one. */
const MAX_WARNINGS = 20;

export interface GatewayOptions {
  readonly settings: Settings;
  /** The variables that values of the config may come from, besides those of the settings' files; none unless given. */
  readonly environment?: Environment;
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
 * One process that serves one declarative config: loads it, listens, follows its changes, and ends. A config becomes
 * live in two steps, `prepare` and `commit`, and whatever fails before the second leaves what serves untouched.
 */
export class Gateway {
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #log: Logger;
  readonly #onReload: (record: ReloadRecord) => void;
  readonly #reloads = new ReloadHistory();
  readonly #traffic = new Traffic();
  #version = 0;
  /** The warnings that hold for what serves. */
  #announced: ReadonlySet<string> = new Set();
  #store: SnapshotStore | undefined;
  #watcher: ConfigWatcher | undefined;
  #proxy: ProxyServer | undefined;
  #admin: AdminServer | undefined;
  #accessLog: AccessLog | undefined;
  /** Settles, and never rejects, when the start and every reload begun so far have ended. */
  #busy: Promise<unknown> = Promise.resolve();
  /** The reload that has not begun to read the file yet. */
  #waiting: Promise<ReloadRecord> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#settings = options.settings;
    this.#environment = options.environment ?? {};
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
   * Reads the config anew and serves it if it is valid and says something else. Never rejects for the config's sake:
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

  /** Opens the access log's file anew, for the old one was moved away. */
  reopenLogs(): void {
    this.#accessLog?.reopen();
  }

  /** Builds what would serve `config`; dropping the result undoes it. */
  async prepare(config: GatewayConfig): Promise<Snapshot> {
    this.#version += 1;
    return buildSnapshot(config, this.#version, Date.now(), eventLoop);
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
    const { watch, proxyListen, adminListen, proxy: proxySettings } = this.#settings;
    const log = this.#log;
    const startedAt = Date.now();
    const { accessLog } = this.#settings;
    this.#accessLog = accessLog === undefined ? undefined : openAccessLog(accessLog, log);
    for (const warning of this.#settings.warnings) log.warn({}, warning);
    const upstreamDefaults = await readUpstreamDefaults(this.#settings.upstreamTls);
    // The watch stands before the files are read, so that no change falls between the two.
    if (watch) this.#watcher = await watchConfig(this.#watched(), () => this.#followChange(), { log });
    const began = performance.now();
    const loaded = await this.#load();
    const store = new SnapshotStore(await this.prepare(loaded.config));
    this.#store = store;
    this.#record(began, 'applied', []);
    this.#announce(loaded);
    const traffic = this.#traffic;
    this.#proxy = new ProxyServer({
      store,
      traffic,
      accessLog: this.#accessLog,
      log,
      settings: proxySettings,
      upstreamDefaults,
    });
    const proxy = await listenAll(this.#proxy, proxyListen);
    this.#admin = new AdminServer({
      store,
      reloads: this.#reloads,
      traffic,
      log,
      nodeId: randomUUID(),
      startedAt,
      settings: describeSettings(this.#settings),
      showSecrets: this.#settings.showSecrets,
    });
    const admin = await listenAll(this.#admin, adminListen);
    return { proxy, admin };
  }

  /** A change seen while the gateway starts is looked at once it has started. */
  async #followChange(): Promise<void> {
    await this.#busy;
    if (this.#store !== undefined && this.#closing === undefined) await this.reload('the config changed');
  }

  #watched(): readonly string[] {
    const { config, envFiles } = this.#settings;
    return [...config, ...envFiles].filter((path) => path !== STDIN);
  }

  /** Reads and checks everything anew, the variables of files too. */
  async #load(): Promise<LoadedConfig> {
    const { config: paths, configText, envFiles, strict } = this.#settings;
    const environment = await readEnvironment(envFiles, this.#environment);
    const sources =
      configText === undefined ? await readSources(paths) : [{ file: CONFIG_STRING, text: configText }];
    const loaded = loadConfigs(sources, { environment });
    const idle = strict ? unexecuted(loaded.config) : [];
    if (idle.length > 0) {
      const message = `refused, for --strict is on and not all would be executed: ${idle.join('; ')}`;
      throw new GatewayError('not_executed', message);
    }
    return loaded;
  }

  /** Tells what is loaded and does nothing yet, and what is probably wrong; each sentence once as long as it holds. */
  #announce({ config, warnings }: LoadedConfig): void {
    const announced = new Set<string>();
    const say = (sentence: string, fields: object): void => {
      if (!this.#announced.has(sentence)) this.#log.warn(fields, sentence);
      announced.add(sentence);
    };
    for (const sentence of unexecuted(config)) say(sentence, {});
    for (const { source: _, ...issue } of warnings.slice(0, MAX_WARNINGS)) say(sentenceOf(issue), { issue });
    const more = warnings.length - MAX_WARNINGS;
    if (more > 0) say(`and ${more} more warnings: "gateway check" tells all`, {});
    this.#announced = announced;
  }

  async #reload(reason: string): Promise<ReloadRecord> {
    const name = configName(this.#settings);
    const began = performance.now();
    let outcome: ReloadOutcome = 'unchanged';
    let issues: readonly ConfigIssue[] = [];
    try {
      const loaded = await this.#load();
      if (loaded.config.hash !== this.current.config.hash) {
        this.commit(await this.prepare(loaded.config));
        outcome = 'applied';
      }
      this.#announce(loaded);
    } catch (error) {
      outcome = 'rejected';
      issues = issuesOf(error, name);
      if (!(error instanceof GatewayError)) this.#log.error({ err: error }, `reloading ${name} failed`);
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
    const name = configName(this.#settings);
    const { outcome, hash, duration, issues } = record;
    for (const { source: _, ...issue } of issues) {
      // The source line stays out of the log, for it may hold a secret.
      this.#log.error({ issue }, sentenceOf(issue));
    }
    const fields = { reason, outcome, hash, duration };
    if (outcome === 'rejected') {
      const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
      const rejected = this.#reloads.counts.rejected;
      this.#log.error(
        { ...fields, issues: issues.length, rejected },
        `${name} rejected, ${count}; config ${hash} keeps serving`,
      );
      return;
    }
    const { services, routes } = this.current.config;
    const size = { services: services.length, routes: routes.length };
    const message = outcome === 'applied' ? `${name} applied` : `${name} says the same as before`;
    this.#log.info({ ...fields, ...size }, message);
  }

  async #close(): Promise<void> {
    // A start or reload that has begun ends first, so that it opens nothing behind our back.
    await this.#busy;
    await this.#watcher?.close();
    await this.#proxy?.close(this.#settings.drainTimeout);
    await this.#admin?.close();
    await this.#accessLog?.close();
  }

  #serving(): SnapshotStore {
    if (this.#store === undefined)
      throw new GatewayError('not_started', 'the gateway has not loaded a config');
    return this.#store;
  }
}

function sentenceOf(issue: Omit<ConfigIssue, 'source'>): string {
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.message}`;
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
