import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { AccessEntry } from '#gateway/access-log/access-log.js';
import { jsonFormat } from '#gateway/access-log/json.js';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfig } from '#gateway/config/load.js';
import type { Listener } from '#gateway/listen-settings.js';
import { Traffic } from '#gateway/metrics/traffic.js';
import type { ClientPeer } from '#gateway/proxy/client-stream.js';
import { ClientConnection } from '#gateway/proxy/http1/client-connection.js';
import { Http2Connection } from '#gateway/proxy/http2/http2-connection.js';
import type { OpenConnection } from '#gateway/proxy/open-connection.js';
import { ProxyServer, type ProxyServerOptions } from '#gateway/proxy/server.js';
import type { Transport } from '#gateway/proxy/transport/transport.js';
import { NOBODY_TRUSTED } from '#gateway/real-ip-settings.js';
import type { ProxySettings } from '#gateway/settings.js';
import { snapshotSteps } from '#gateway/snapshot/snapshot.js';
import { SnapshotStore } from '#gateway/snapshot/store.js';
import { doAtOnce } from '#gateway/steps.js';
import { readTlsTerms, type TlsTerms } from '#gateway/tls/terms.js';
import { readTls, type TlsProtocol } from '#gateway/tls-settings.js';
import type { TestCertificate } from './certificate.js';
import { type Logged, recordingLog } from './gateway.js';

const SETTINGS: ProxySettings = { allowDebugHeader: false, realIp: NOBODY_TRUSTED, portMaps: {} };
const LISTENERS: readonly Listener[] = [{ host: '127.0.0.1', port: 0 }];

/** The data plane alone, on a free port of 127.0.0.1: configs are swapped in as objects. */
export class RunningProxy {
  /** The first listener's. */
  readonly port: number;
  readonly ports: readonly number[];
  readonly traffic: Traffic;
  readonly logged: readonly Logged[];
  /** The lines of the access log, parsed. */
  readonly accessed: readonly Readonly<Record<string, unknown>>[];
  readonly #store: SnapshotStore;
  readonly #server: ProxyServer;
  /** What the server does not know of, because it has no TLS of its own yet. */
  readonly #secure = new Set<OpenConnection>();
  readonly #secureServers: Server[] = [];
  #version = 1;

  private constructor(
    ports: readonly number[],
    traffic: Traffic,
    logged: readonly Logged[],
    accessed: readonly Readonly<Record<string, unknown>>[],
    store: SnapshotStore,
    server: ProxyServer,
  ) {
    this.port = ports[0] ?? 0;
    this.ports = ports;
    this.traffic = traffic;
    this.logged = logged;
    this.accessed = accessed;
    this.#store = store;
    this.#server = server;
  }

  /** Starts with a config of no routes where none is given. */
  static async start(
    config: object = {},
    settings: Partial<ProxySettings> = {},
    transport?: Transport,
    options: Partial<ProxyServerOptions> = {},
    listeners: readonly Listener[] = LISTENERS,
  ): Promise<RunningProxy> {
    const store = new SnapshotStore(doAtOnce(snapshotSteps(loadObject(config), 1, Date.now())));
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
      ...{ store, traffic, accessLog, log, settings: { ...SETTINGS, ...settings } },
      ...(transport === undefined ? {} : { transport }),
      ...options,
    });
    const ports: number[] = [];
    const terms = listeners.some(({ ssl }) => ssl === true) ? await termsOf({}) : undefined;
    for (const listener of listeners) ports.push((await server.listen(listener, terms)).port);
    return new RunningProxy(ports, traffic, logged, accessed, store, server);
  }

  /** Puts another config in service. Throws ConfigError where it is refused. */
  swap(config: object): void {
    const loaded = loadObject(config);
    this.#version += 1;
    this.#store.swap(doAtOnce(snapshotSteps(loaded, this.#version, Date.now())));
  }

  /** Opens a listener that speaks TLS, with `flags` besides, and returns its port. */
  async listenTls(
    settings: Partial<TlsProtocol> = {},
    flags: Omit<Listener, 'host' | 'port' | 'ssl'> = {},
  ): Promise<number> {
    const terms = await termsOf(settings);
    const { port } = await this.#server.listen({ host: '127.0.0.1', port: 0, ssl: true, ...flags }, terms);
    return port;
  }

  /** Opens a listener that speaks HTTP/2 with prior knowledge, and HTTP/1.1, and returns its port. */
  async listenHttp2(): Promise<number> {
    const { port } = await this.#server.listen({ host: '127.0.0.1', port: 0, http2: true });
    return port;
  }

  /**
   * Opens a listener that speaks TLS with this certificate, HTTP/2 and HTTP/1.1 as agreed by ALPN, and returns its
   * port. Upstreams are told that clients reached `port`.
   */
  async listenSecurely({ cert, key }: TestCertificate, port: number): Promise<number> {
    const server = createServer({ cert, key, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      const sni = typeof socket.servername === 'string' ? socket.servername : undefined;
      const peer: ClientPeer = {
        ...{ address: '127.0.0.1', port, scheme: 'https', sni },
        ...{ trusted: false, proxied: undefined },
      };
      const Connection = socket.alpnProtocol === 'h2' ? Http2Connection : ClientConnection;
      this.#secure.add(new Connection(socket, peer, this.#server));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    this.#secureServers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** Lets what is under way end within `timeout` milliseconds; without one, cuts it. */
  async close(timeout = 0): Promise<void> {
    for (const server of this.#secureServers) server.close();
    for (const connection of this.#secure) connection.destroy();
    await this.#server.close(timeout);
  }
}

function termsOf(settings: Partial<TlsProtocol>): Promise<TlsTerms> {
  const { protocol } = readTls({}, () => undefined, []);
  return readTlsTerms({ ...protocol, ...settings }, []);
}

/** Loads a config given as an object, of format 3.0 where it names none. */
export function loadObject(config: object): GatewayConfig {
  return loadConfig({ file: 'test.json', text: JSON.stringify({ _format_version: '3.0', ...config }) });
}

/** Whether a config given as an object is no valid one. */
export function isRefused(config: object): boolean {
  try {
    loadObject(config);
    return false;
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return true;
  }
}
