import {
  type AccessLogFlags,
  type AccessLogSettings,
  describeAccessLog,
  readAccessLog,
} from './access-log-settings.js';
import { DNS_VARIABLES, type DnsSettings, describeDnsSettings, readDnsSettings } from './dns-settings.js';
import { SettingsError } from './errors.js';
import {
  describeListen,
  describePortMaps,
  type Given,
  type Listener,
  type PortMaps,
  parseHttp1Listen,
  parseListen,
  parsePortMaps,
  refuseTwice,
} from './listen-settings.js';
import { LOG_LEVELS, type LogLevel } from './log.js';
import { type RealIpSettings, readRealIp } from './real-ip-settings.js';
import { describeTls, readTls, TLS_VARIABLES, type TlsFlags, type TlsSettings } from './tls-settings.js';
import {
  describeUpstreamTls,
  readUpstreamTls,
  UPSTREAM_TLS_VARIABLES,
  type UpstreamTlsSettings,
} from './upstream-tls-settings.js';

/** What of the settings the proxy listeners need. */
export interface ProxySettings {
  /** Whether `Kong-Debug: 1` makes answers name their route and service. */
  readonly allowDebugHeader: boolean;
  readonly realIp: RealIpSettings;
  readonly portMaps: PortMaps;
}

/** How this process runs; what it serves is the config's matter. */
export interface Settings {
  /** The declarative files and folders, as given; `-` stands for standard input. Empty where the text is given. */
  readonly config: readonly string[];
  /** The text of the config, where a variable holds it. */
  readonly configText: string | undefined;
  /** Files of variables for the values of the config, later ones over earlier ones. */
  readonly envFiles: readonly string[];
  /** Whether to refuse a config that holds what this version loads and does not execute. */
  readonly strict: boolean;
  /** Empty when the listener is off. */
  readonly proxyListen: readonly Listener[];
  readonly adminListen: readonly Listener[];
  readonly statusListen: readonly Listener[];
  readonly tls: TlsSettings;
  readonly logLevel: LogLevel;
  /** Undefined when no request is to be logged. */
  readonly accessLog: AccessLogSettings | undefined;
  readonly watch: boolean;
  /** How long in-flight requests may take to end at shutdown, in milliseconds. */
  readonly drainTimeout: number;
  /** How many processes proxy: as many as there are cores, or none besides this one. */
  readonly workers: number | 'auto';
  readonly proxy: ProxySettings;
  readonly dns: DnsSettings;
  readonly upstreamTls: UpstreamTlsSettings;
  /** Whether the Admin API shows secrets. */
  readonly showSecrets: boolean;
  /** What was asked for and has no effect, one sentence each. */
  readonly warnings: readonly string[];
}

/** The flags of `gateway start` as written on the command line; an absent one was not given. */
export interface Flags extends AccessLogFlags, TlsFlags {
  readonly config?: readonly string[];
  readonly envFile?: readonly string[];
  readonly strict?: boolean;
  readonly adminShowSecrets?: boolean;
  readonly proxyListen?: string;
  readonly adminListen?: string;
  readonly statusListen?: string;
  readonly logLevel?: string;
  readonly watch?: boolean;
  /** In seconds. */
  readonly drainTimeout?: string;
  /** A number, or `auto`. */
  readonly workers?: string;
  readonly allowDebugHeader?: boolean;
  readonly trustedIps?: string;
  readonly realIpHeader?: string;
  readonly realIpRecursive?: boolean;
  readonly portMaps?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_PROXY_LISTEN = '0.0.0.0:8000, 0.0.0.0:8443 http2 ssl';
export const DEFAULT_ADMIN_LISTEN = '127.0.0.1:8001';
export const DEFAULT_STATUS_LISTEN = '127.0.0.1:8007';
export const DEFAULT_LOG_LEVEL: LogLevel = 'notice';
export const DEFAULT_DRAIN_SECONDS = 10;
export const DEFAULT_WORKERS = 'auto';

const MAX_DRAIN_SECONDS = 86_400;
const MAX_WORKERS = 1024;

const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  'KONG_DECLARATIVE_CONFIG',
  'KONG_DECLARATIVE_CONFIG_STRING',
  'KONG_PROXY_LISTEN',
  'KONG_ADMIN_LISTEN',
  'KONG_STATUS_LISTEN',
  ...TLS_VARIABLES,
  'KONG_LOG_LEVEL',
  'KONG_PROXY_ACCESS_LOG',
  'KONG_ALLOW_DEBUG_HEADER',
  'KONG_DATABASE',
  'KONG_NGINX_WORKER_PROCESSES',
  ...DNS_VARIABLES,
  'KONG_TRUSTED_IPS',
  'KONG_REAL_IP_HEADER',
  'KONG_REAL_IP_RECURSIVE',
  'KONG_PORT_MAPS',
  ...UPSTREAM_TLS_VARIABLES,
]);

/** Kubernetes describes every Service of a namespace to its pods in variables like these, one named kong too. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_|$)|_PORT(_\d+_(TCP|UDP)(_[A-Z]+)?)?$/;

/** Flags over environment over defaults. Throws SettingsError naming the flag or variable that cannot be used. */
export function readSettings(flags: Flags, env: Environment): Settings {
  const warnings = unknownVariables(env);
  refuseDatabase(env);
  const { config, configText } = readConfigPlace(flags, env, warnings);
  const proxyListen = parseListen(
    given('--proxy-listen', flags.proxyListen, 'KONG_PROXY_LISTEN', env, DEFAULT_PROXY_LISTEN),
    'proxy',
    warnings,
  );
  const adminListen = parseHttp1Listen(
    given('--admin-listen', flags.adminListen, 'KONG_ADMIN_LISTEN', env, DEFAULT_ADMIN_LISTEN),
    warnings,
  );
  const statusListen = parseHttp1Listen(
    given('--status-listen', flags.statusListen, 'KONG_STATUS_LISTEN', env, DEFAULT_STATUS_LISTEN),
    warnings,
  );
  refuseTwice([...proxyListen, ...adminListen, ...statusListen]);
  return {
    config,
    configText,
    envFiles: flags.envFile ?? [],
    strict: flags.strict ?? false,
    proxyListen,
    adminListen,
    statusListen,
    tls: readTls(flags, (name) => variable(name, env), warnings),
    logLevel: parseLogLevel(given('--log-level', flags.logLevel, 'KONG_LOG_LEVEL', env, DEFAULT_LOG_LEVEL)),
    accessLog: readAccessLog(flags, variable('KONG_PROXY_ACCESS_LOG', env), warnings),
    // Standard input and a variable say what they have to say once.
    watch: (flags.watch ?? true) && configText === undefined && !config.includes('-'),
    drainTimeout: parseDrainTimeout(flags.drainTimeout ?? String(DEFAULT_DRAIN_SECONDS)),
    workers: parseWorkers(
      given('--workers', flags.workers, 'KONG_NGINX_WORKER_PROCESSES', env, DEFAULT_WORKERS),
    ),
    dns: readDnsSettings((name) => variable(name, env)),
    proxy: readProxySettings(flags, env, proxyListen, warnings),
    upstreamTls: readUpstreamTls(
      { text: (name) => variable(name, env), isOn: (name) => parseSwitch(name, env) },
      warnings,
    ),
    showSecrets: flags.adminShowSecrets ?? false,
    warnings,
  };
}

function readProxySettings(
  flags: Flags,
  env: Environment,
  listeners: readonly Listener[],
  warnings: string[],
): ProxySettings {
  const maps = given('--port-maps', flags.portMaps, 'KONG_PORT_MAPS', env);
  const realIp = {
    trustedIps: given('--trusted-ips', flags.trustedIps, 'KONG_TRUSTED_IPS', env),
    header: given('--real-ip-header', flags.realIpHeader, 'KONG_REAL_IP_HEADER', env),
    recursive: flags.realIpRecursive ?? parseSwitch('KONG_REAL_IP_RECURSIVE', env),
    proxied: listeners.some((listener) => listener.proxyProtocol === true),
  };
  return {
    allowDebugHeader: flags.allowDebugHeader ?? parseSwitch('KONG_ALLOW_DEBUG_HEADER', env),
    realIp: readRealIp(realIp, warnings),
    portMaps: maps === undefined ? {} : parsePortMaps(maps),
  };
}

/** How the text of a config that stands in a variable is called in issues. */
export const CONFIG_STRING = 'KONG_DECLARATIVE_CONFIG_STRING';

function readConfigPlace(
  flags: Flags,
  env: Environment,
  warnings: string[],
): Pick<Settings, 'config' | 'configText'> {
  const paths = variable('KONG_DECLARATIVE_CONFIG', env);
  const text = variable(CONFIG_STRING, env);
  const config = flags.config ?? splitPaths(paths);
  if (config.length > 0) {
    const winner = flags.config === undefined ? 'KONG_DECLARATIVE_CONFIG' : '--config';
    if (text !== undefined)
      warnings.push(`${CONFIG_STRING} has no effect: ${winner} says which config to load`);
    refuseEmptyPath(config);
    return { config, configText: undefined };
  }
  if (text !== undefined) return { config: [], configText: text };
  throw new SettingsError('no config file given: write --config kong.yaml or set KONG_DECLARATIVE_CONFIG');
}

/** Several paths are separated by commas, as the addresses of KONG_PROXY_LISTEN are. */
function splitPaths(paths: string | undefined): readonly string[] {
  return (paths ?? '')
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

function refuseEmptyPath(paths: readonly string[]): void {
  if (paths.includes('')) {
    throw new SettingsError('--config: an empty path was given: write the path of a file or a folder');
  }
}

/** What the config is called where it is spoken of as a whole. */
export function configName({ config }: Pick<Settings, 'config'>): string {
  return config.length === 0
    ? CONFIG_STRING
    : config.map((path) => (path === '-' ? 'stdin' : path)).join(', ');
}

/** The settings in Kong's spelling, for the Admin API's `configuration`. */
export function describeSettings(settings: Settings): Readonly<Record<string, unknown>> {
  return {
    database: 'off',
    declarative_config: settings.config.length === 0 ? null : settings.config.join(','),
    proxy_listen: describeListen(settings.proxyListen),
    admin_listen: describeListen(settings.adminListen),
    status_listen: describeListen(settings.statusListen),
    log_level: settings.logLevel,
    proxy_access_log: describeAccessLog(settings.accessLog),
    nginx_worker_processes: String(settings.workers),
    allow_debug_header: settings.proxy.allowDebugHeader,
    ...describeDnsSettings(settings.dns),
    trusted_ips: settings.proxy.realIp.trustedIps,
    real_ip_header: settings.proxy.realIp.header,
    real_ip_recursive: settings.proxy.realIp.recursive ? 'on' : 'off',
    port_maps: describePortMaps(settings.proxy.portMaps),
    ...describeTls(settings.tls),
    ...describeUpstreamTls(settings.upstreamTls),
  };
}

/** The flag, else the variable, else the default. */
function given(
  flag: string,
  value: string | undefined,
  name: string,
  env: Environment,
  otherwise: string,
): Given;
function given(flag: string, value: string | undefined, name: string, env: Environment): Given | undefined;
function given(
  flag: string,
  value: string | undefined,
  name: string,
  env: Environment,
  otherwise?: string,
): Given | undefined {
  if (value !== undefined) return { from: flag, value };
  const set = variable(name, env);
  if (set !== undefined) return { from: name, value: set };
  return otherwise === undefined ? undefined : { from: flag, value: otherwise };
}

/** A variable's value. An empty one counts as unset: compose files pass on what is unset as empty. */
function variable(name: string, env: Environment): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function parseLogLevel({ from, value }: Given): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
  if (level === undefined) {
    throw new SettingsError(`${from}: "${value}" is no log level: write one of ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}

function parseDrainTimeout(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(seconds <= MAX_DRAIN_SECONDS)) {
    throw new SettingsError(
      `--drain-timeout: "${value}" is no time: write seconds from 0 to ${MAX_DRAIN_SECONDS}, 10 for example`,
    );
  }
  return seconds * 1000;
}

function parseWorkers({ from, value }: Given): number | 'auto' {
  if (value.toLowerCase() === 'auto') return 'auto';
  const count = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (count <= MAX_WORKERS) return count;
  throw new SettingsError(
    `${from}: "${value}" is no number of workers: write auto, or a number from 0 to ${MAX_WORKERS}`,
  );
}

/** Kong's booleans; off when unset. */
function parseSwitch(name: string, env: Environment): boolean {
  const word = variable(name, env)?.toLowerCase() ?? 'off';
  if (word === 'on' || word === 'true') return true;
  if (word === 'off' || word === 'false') return false;
  throw new SettingsError(`${name}: "${word}" is neither on nor off: write one of the two`);
}

function refuseDatabase(env: Environment): void {
  const database = variable('KONG_DATABASE', env);
  if (database !== undefined && database.toLowerCase() !== 'off') {
    throw new SettingsError(
      `KONG_DATABASE: "${database}" cannot be used, there is no database here: write off`,
    );
  }
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('KONG_') && !KNOWN_VARIABLES.has(name) && !SERVICE_LINK.test(name))
    .sort()
    .map((name) => `${name} is set and has no effect here`);
}
