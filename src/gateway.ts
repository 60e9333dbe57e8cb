import { randomUUID } from 'node:crypto';
import { AdminServer, type AdminSurface } from './admin/server.js';
import type { GatewayConfig } from './config/entities.js';
import { readEnvironment } from './config/env-file.js';
import { ConfigError, type ConfigIssue } from './config/issue.js';
import { type LoadedConfig, loadConfigs } from './config/load.js';
import { readSources, STDIN } from './config/source.js';
import { unexecuted } from './config/unexecuted.js';
import { type ConfigWatcher, watchConfig } from './config/watch.js';
import type { DataPlane } from './data-plane/data-plane.js';
import { GatewayError, messageOf } from './errors.js';
import type { Listener } from './listen-settings.js';
import type { Logger } from './log.js';
import { CONFIG_STRING, configName, describeSettings, type Environment, type Settings } from './settings.js';
import { ReloadHistory, type ReloadOutcome, type ReloadRecord } from './snapshot/reload-history.js';
import type { ServedConfig } from './snapshot/served-config.js';
import { readTlsTerms, type TlsTerms } from './tls/terms.js';
import type { PairSource } from './tls-settings.js';

/** So many warnings of a config are logged one by one. */
const MAX_WARNINGS = 20;

export interface GatewayOptions {
  readonly settings: Settings;
  /** The variables that values of the config may come from, besides those of the settings' files; none unless given. */
  readonly environment?: Environment;
  readonly log: Logger;
  /** What requests go through. */
  readonly plane: DataPlane;
  /** Told how every load after the first one ended, once it is recorded. */
  readonly onReload?: (record: ReloadRecord) => void;
}

/** Where the gateway listens, ports filled in. */
export interface Listeners {
  readonly proxy: readonly Listener[];
  readonly admin: readonly Listener[];
  readonly status: readonly Listener[];
}

/**
 * Serves one declarative config: loads it, hands it to the data plane, follows its changes, and ends. Whatever fails on
 * the way leaves what serves untouched.
 */
export class Gateway {
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #log: Logger;
  readonly #onReload: (record: ReloadRecord) => void;
  readonly #plane: DataPlane;
  readonly #reloads = new ReloadHistory();
  readonly #startedAt = Date.now();
  #version = 0;
  /** The warnings that hold for what serves. */
  #announced: ReadonlySet<string> = new Set();
  #serving: ServedConfig | undefined;
  #watcher: ConfigWatcher | undefined;
  #admin: AdminServer | undefined;
  #status: AdminServer | undefined;
  /** Settles, and never rejects, when the start and every reload begun so far have ended. */
  #busy: Promise<unknown> = Promise.resolve();
  /** The reload that has not begun to read the file yet. */
  #waiting: Promise<ReloadRecord> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#settings = options.settings;
    this.#environment = options.environment ?? {};
    this.#log = options.log;
    this.#plane = options.plane;
    this.#onReload = options.onReload ?? (() => undefined);
  }

  /** What serves now. Throws before the start and after one that failed. */
  get current(): ServedConfig {
    if (this.#serving === undefined)
      throw new GatewayError('not_started', 'the gateway has not loaded a config');
    return this.#serving;
  }

  get reloads(): ReloadHistory {
    return this.#reloads;
  }

  /**
   * Loads the config and opens the listeners. Rejects with ConfigError, ConfigSourceError, ListenError, SettingsError
   * or WorkerError, and has then closed whatever was open.
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
    this.#plane.reopenLogs();
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
    const { watch, proxyListen, adminListen, statusListen, tls } = this.#settings;
    const log = this.#log;
    for (const warning of this.#settings.warnings) log.warn({}, warning);
    // The watch stands before the files are read, so that no change falls between the two.
    if (watch) this.#watcher = await watchConfig(this.#watched(), () => this.#followChange(), { log });
    const began = performance.now();
    const loaded = await this.#load();
    const first = this.#next(loaded.config);
    const proxy = await this.#plane.start(first, proxyListen, await this.#terms(proxyListen, tls.proxy));
    this.#serving = first;
    this.#record(began, 'applied', []);
    this.#announce(loaded);
    this.#admin = this.#createAdmin('admin');
    const admin = await this.#admin.listenAll(adminListen, await this.#terms(adminListen, tls.admin));
    this.#status = this.#createAdmin('status');
    const status = await this.#status.listenAll(statusListen, await this.#terms(statusListen, tls.status));
    return { proxy, admin, status };
  }

  /** What these listeners need to speak TLS; undefined where none of them does. */
  async #terms(
    listeners: readonly Listener[],
    sources: readonly PairSource[],
  ): Promise<TlsTerms | undefined> {
    const speaks = listeners.some(({ ssl }) => ssl === true);
    return speaks ? readTlsTerms(this.#settings.tls.protocol, sources) : undefined;
  }

  #createAdmin(surface: AdminSurface): AdminServer {
    return new AdminServer({
      surface,
      store: this,
      workers: this.#plane,
      health: this.#plane,
      reloads: this.#reloads,
      log: this.#log,
      nodeId: randomUUID(),
      startedAt: this.#startedAt,
      settings: describeSettings(this.#settings),
      showSecrets: this.#settings.showSecrets,
    });
  }

  #next(config: GatewayConfig): ServedConfig {
    this.#version += 1;
    return { version: this.#version, config, builtAt: Date.now() };
  }

  /** A change seen while the gateway starts is looked at once it has started. */
  async #followChange(): Promise<void> {
    await this.#busy;
    if (this.#serving !== undefined && this.#closing === undefined) await this.reload('the config changed');
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
        const next = this.#next(loaded.config);
        await this.#plane.swap(next);
        this.#serving = next;
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
    await this.#plane.close(this.#settings.drainTimeout);
    await this.#admin?.close();
    await this.#status?.close();
  }
}

function sentenceOf(issue: Omit<ConfigIssue, 'source'>): string {
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.message}`;
}

/** Whatever stopped a reload, as issues: an unreadable file and a defect of ours are reported like a bad line. */
function issuesOf(error: unknown, file: string): readonly ConfigIssue[] {
  if (error instanceof ConfigError) return error.issues;
  const code = error instanceof GatewayError ? error.code : 'internal_error';
  const place = { file, line: 1, column: 1, endColumn: 1, field: '', path: '' };
  return [{ code, severity: 'error', ...place, message: messageOf(error) }];
}
